# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Containers with a memory limit that the machine's engine enforces, and what its cgroup tells of them."""

from __future__ import annotations

import os
import platform
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tests.lab.shell import LabError, run

CGROUPS = Path("/sys/fs/cgroup")
# What a box may be at most, so that a mistake in a load cannot fill the machine.
PIDS = "512"
# Field of memory.stat with the memory that cannot be dropped, and of the file that counts kills, by cgroup version.
ANONYMOUS = {1: "total_rss", 2: "anon"}
KILLS = {1: "memory.oom_control", 2: "memory.events"}


@dataclass(frozen=True, kw_only=True)
class Group:
    """The cgroup of a container. directory, cpu: where the files of memory and of CPU time are; version: 1 or 2."""

    directory: Path
    cpu: Path
    version: int

    @classmethod
    def of(cls, pid: int) -> Group:
        """Return the group of a process. Raises LabError where it has none."""
        return cls.parse(Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, text: str) -> Group:
        """Return the group that /proc/PID/cgroup names (cgroups(7)): the memory controller's of v1, else v2's."""
        rows = [line.split(":", 2) for line in text.splitlines()]
        paths = {name: path.lstrip("/") for _, names, path in rows for name in names.split(",") if name}
        if "memory" in paths:
            cpu = CGROUPS / "cpuacct" / paths.get("cpuacct", "")
            return cls(directory=CGROUPS / "memory" / paths["memory"], cpu=cpu, version=1)
        for number, controllers, path in rows:
            if number == "0" and not controllers:
                own = CGROUPS / path.lstrip("/")
                return cls(directory=own, cpu=own, version=2)
        raise LabError("the engine's containers have no memory cgroup")

    def _number(self, file: str, key: str) -> int:
        for line in (self.directory / file).read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(" ")
            if name == key:
                return int(value)
        raise LabError(f"{self.directory / file} says nothing of {key}")

    def anonymous(self) -> int:
        """Return the bytes that cannot be dropped: heap and copied pages, without the page cache."""
        return self._number("memory.stat", ANONYMOUS[self.version])

    def cpu_seconds(self) -> float:
        """Return the CPU time that its processes have used, in user space and in the kernel for them."""
        if self.version == 1:
            return int((self.cpu / "cpuacct.usage").read_text(encoding="utf-8")) / 1e9
        for line in (self.cpu / "cpu.stat").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(" ")
            if name == "usage_usec":
                return int(value) / 1e6
        raise LabError(f"{self.cpu} says nothing of CPU time")

    def kills(self) -> int:
        """Return how many of its processes were killed for want of memory."""
        return self._number(KILLS[self.version], "oom_kill")


@dataclass(kw_only=True)
class Watch:
    """Reads a group every 20 ms until stopped. peak: most anonymous bytes seen; kills: processes killed."""

    group: Group
    peak: int = 0
    kills: int = 0
    _end: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> Watch:
        """Begin to read."""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def _read(self) -> None:
        while not self._end.is_set():
            try:
                self.peak = max(self.peak, self.group.anonymous())
                self.kills = max(self.kills, self.group.kills())
            except OSError:
                return  # The container ended and its group with it.
            self._end.wait(0.02)

    def stop(self) -> None:
        """Stop reading."""
        self._end.set()
        if self._thread:
            self._thread.join()


@dataclass(frozen=True, kw_only=True)
class State:
    """How a container is. killed: for want of memory, as the engine says; code: how its main process ended."""

    running: bool
    killed: bool
    code: int
    pid: int


def state(name: str) -> State:
    """Return the state of a container."""
    form = "{{.State.Running}} {{.State.OOMKilled}} {{.State.ExitCode}} {{.State.Pid}}"
    running, killed, code, pid = run(["docker", "inspect", "--format", form, name]).split()
    return State(running=running == "true", killed=killed == "true", code=int(code), pid=int(pid))


def address(name: str) -> str:
    """Return a container's address in its only network."""
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    return run(["docker", "inspect", "--format", form, name]).strip()


@contextmanager
def box(
    name: str, image: str, *, limit: int, options: Sequence[str] = (), command: Sequence[str] = ()
) -> Iterator[str]:
    """Run a container under a memory limit (bytes, no swap) and remove it and its volumes in the end."""
    run(["docker", "rm", "--force", "--volumes", name])
    bounds = [f"--memory={limit}", f"--memory-swap={limit}", f"--pids-limit={PIDS}", "--log-driver=none"]
    try:
        run(["docker", "run", "--detach", f"--name={name}", *bounds, *options, image, *command])
        yield name
    finally:
        run(["docker", "rm", "--force", "--volumes", name])


def end_on_signals() -> None:
    """Let SIGTERM end the program as Ctrl-C does, so that what it started is removed."""

    def leave(number: int, _: FrameType | None) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    signal.signal(signal.SIGTERM, leave)


def machine() -> dict[str, object]:
    """Return what the figures were taken on: cpus, memory_mib, kernel, processor."""
    words = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in words if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    processor = names[0] if names else platform.machine()
    return {"cpus": os.cpu_count(), "memory_mib": memory, "kernel": platform.release(), "processor": processor}

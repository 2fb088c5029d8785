# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Runs of a playbook: started, watched task by task, killed with everything that belongs to them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.lab.paths import ROOT
from tests.lab.shell import scaled, wait_until

INVENTORY = ROOT / "tests/resume/inventory"
SITE = "site.yml"
# In the environment of the playbook and so of every worker, client and connection that it leaves behind.
MARK = "HOLDFAST_TEST_RUN"
# An uninterrupted run takes 40 s on two cores.
RUN_SECONDS = 600
TASK = re.compile(r"TASK \[(?:holdfast\.host\.)?(.*)\] \*+")
CHANGED = re.compile(r"\bchanged=(\d+)\s+unreachable=0\s+failed=0\b")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A task of a run. start and end: seconds since the run began."""

    task: str
    start: float
    end: float


def steps(stamped: Sequence[tuple[float, str]], end: float) -> list[Step]:
    """Return the tasks of a run from its output. stamped: seconds since the run began, line."""
    begun = [(at, match[1]) for at, line in stamped if (match := TASK.match(line))]
    ends = [at for at, _ in (*begun, (end, ""))][1:]
    return [Step(task=task, start=at, end=until) for (at, task), until in zip(begun, ends, strict=True)]


def changes(text: str) -> int | None:
    """Return how many tasks changed something, by the recap of a run that went well; None where there is none."""
    found = CHANGED.search(text)
    return int(found[1]) if found else None


class Playbook:
    """A run of a playbook against lab hosts, in the background; killed where its block is left."""

    def __init__(self, log: Path, *words: str, playbook: str | Path = SITE, inventory: Path = INVENTORY) -> None:
        """Start it. log: where its output is kept."""
        self.log = log
        self.mark = uuid.uuid4().hex
        # A connection is kept open for the next run under a name made from the address: each run has its own here.
        self.sockets = tempfile.mkdtemp(prefix="holdfast-ssh-")
        self.lines: list[tuple[float, str]] = []
        self.began = time.monotonic()
        self.ended = 0.0
        environment = {
            MARK: self.mark, "ANSIBLE_SSH_CONTROL_PATH_DIR": self.sockets, "ANSIBLE_NOCOLOR": "1",
            # The heading of a task is held back until its result is there, unless skipped ones are shown, too.
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "1",
        }  # fmt: skip
        self.process = subprocess.Popen(
            ["ansible-playbook", str(playbook), "-i", str(inventory), "-e", "preflight_show=false", *words],
            cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self) -> Playbook:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output, self.log.open("w", encoding="utf-8") as file:
            for line in output:
                at = time.monotonic() - self.began
                self.lines.append((at, line))
                file.write(f"{at:7.2f} {line}")

    def steps(self) -> list[Step]:
        """Return the tasks so far; the last one may go on."""
        return steps(list(self.lines), self.ended or time.monotonic() - self.began)

    def text(self) -> str:
        """Return the output so far."""
        return "".join(line for _, line in list(self.lines))

    def wait(self) -> int:
        """Wait for the end and return the exit status. Raises LabError where it takes too long."""
        wait_until("the playbook to end", lambda: self.process.poll() is not None, seconds=scaled(RUN_SECONDS))
        self.kill()
        return self.process.returncode

    def kill(self) -> None:
        """Kill the playbook with its workers, its clients and its open connections, which have left its group."""
        while pids := self.family():
            for pid in pids:
                signal_one(pid)
            self.process.poll()
        self.process.wait()
        self.ended = self.ended or time.monotonic() - self.began
        self.reader.join(timeout=10)
        # A playbook may be killed twice.
        if Path(self.sockets).exists():
            shutil.rmtree(self.sockets)

    def family(self) -> list[int]:
        """Return the processes that carry the mark of this run."""
        wanted = f"{MARK}={self.mark}".encode()
        return [int(place.name) for place in Path("/proc").iterdir() if place.name.isdigit() and marked(place, wanted)]


def marked(place: Path, wanted: bytes) -> bool:
    """Return whether a process has this word in its environment. Ours that are gone, and others', have not."""
    try:
        return wanted in (place / "environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def signal_one(pid: int) -> None:
    """Kill a process that may have ended."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A PostgreSQL server in a box, on a volume that outlives it, and pgbench beside it."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.bench.boxes import Group, Watch, box, state
from tests.lab import builder, catalogue, engine
from tests.lab.paths import IMAGES
from tests.lab.shell import LabError, run

from .contenders import CPUS, DISK, Config, Machine
from .loads import ROWS_A_SCALE, STATISTICS, Load

PREFIX = "hfb-"
PLACE = "/var/lib/postgresql"
START_SECONDS = 60
# What the server may take to write a checkpoint and end.
STOP_SECONDS = 120


def image() -> str:
    """Return the lab's PostgreSQL image; it is built where it is missing."""
    engine.ensure()
    builder.ensure({"postgres"})
    return catalogue.reference("postgres", IMAGES)


def _options(volume: str, config: Config, machine: Machine) -> list[str]:
    bound = [f"--cpuset-cpus={machine.cpuset}"] if machine.cpuset else []
    return [
        *bound,
        f"--volume={volume}:{PLACE}",
        f"--cpus={machine.cpus}",
        # Whatever else runs on the machine waits.
        "--cpu-shares=262144",
        f"--shm-size={config.shm_bytes}",
        "--network=none",
        # A server of a thousand connections has as many processes.
        "--pids-limit=2048",
        "--log-driver=json-file",
        "--log-opt=max-size=4m",
        "--env=POSTGRES_HOST_AUTH_METHOD=trust",
        "--env=POSTGRES_INITDB_ARGS=--data-checksums",
    ]


def _command(config: Config) -> list[str]:
    words = ["postgres"]
    for name, value in config.settings.items():
        words += ["-c", f"{name}={value.strip(chr(39))}"]
    return words


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that runs. name: of its container; watch: what its cgroup shows."""

    name: str
    watch: Watch

    def sql(self, text: str, timeout: float = 600) -> str:
        """Return what psql printed, unaligned; statements parted by "; " are run one by one. Raises LabError."""
        words = ["docker", "exec", self.name, "psql", "-XAtq", "-U", "postgres", "-v", "ON_ERROR_STOP=1"]
        for statement in text.split("; "):
            words += ["-c", statement]
        return run(words, timeout=timeout).strip()

    def explain(self, query: str, options: str) -> str:
        """Return the plan of a query in a session with options."""
        words = ["docker", "exec", f"--env=PGOPTIONS={options}", self.name, "psql", "-XAtq", "-U", "postgres"]
        return run([*words, "-c", f"EXPLAIN {query.strip().rstrip(';')}"])

    def killed(self) -> int:
        """Return how many processes were killed for want of memory, at least 1 where the container was."""
        return max(self.watch.kills, int(state(self.name).killed))

    def pgbench(
        self, words: Sequence[str], script: str = "", *, timeout: float = 600, options: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run pgbench in the container and return what it said, also where it failed. options: of its sessions."""
        command = ["docker", "exec", "--interactive", f"--env=PGOPTIONS={options}", self.name]
        if script:
            # pgbench reads a script from a file alone.
            keep = 'cat > /tmp/script.sql && exec pgbench -U postgres "$@" --file=/tmp/script.sql postgres'
            command += ["bash", "-c", keep, "bash", *words]
        else:
            command += ["pgbench", "-U", "postgres", *words, "postgres"]
        return subprocess.run(command, input=script, capture_output=True, text=True, timeout=timeout, check=False)


def _wait(name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        words = ["docker", "exec", name, "pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"]
        if subprocess.run(words, capture_output=True, check=False).returncode == 0:
            return
        if not state(name).running:
            break
        time.sleep(0.2)
    raise LabError(f"{name} did not answer within {START_SECONDS} s:\n{_log(name)}")


def _log(name: str) -> str:
    done = subprocess.run(["docker", "logs", "--tail", "20", name], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@contextmanager
def server(volume: str, config: Config, machine: Machine) -> Iterator[Server]:
    """Run a server within a machine's limits, on a volume; it ends by a fast shutdown, so the next one starts clean."""
    name = f"{PREFIX}server"
    with box(name, image(), limit=machine.limit, options=_options(volume, config, machine), command=_command(config)):
        _wait(name)
        watch = Watch(group=Group.of(state(name).pid)).start()
        try:
            yield Server(name=name, watch=watch)
        finally:
            watch.stop()
            subprocess.run(["docker", "stop", f"--time={STOP_SECONDS}", name], capture_output=True, check=False)


def evict(volume: str) -> None:
    """Drop a volume's files from the page cache: pages that stay charged to an earlier container would be a gift."""
    root = run(["docker", "volume", "inspect", "--format", "{{.Mountpoint}}", volume]).strip()
    os.sync()
    for path in Path(root).rglob("*"):
        if path.is_file() and not path.is_symlink():
            handle = os.open(path, os.O_RDONLY)
            try:
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(handle)


def fill(volume: str, scale: int) -> None:
    """Make a volume with pgbench's tables of a scale, unless it is there. Without a limit, for it is not measured."""
    label = f"--label=holdfast.bench.scale={scale}"
    form = '{{index .Labels "holdfast.bench.scale"}}'
    seen = subprocess.run(
        ["docker", "volume", "inspect", "--format", form, volume], capture_output=True, text=True, check=False
    )
    if seen.returncode == 0 and seen.stdout.strip() == str(scale):
        return
    run(["docker", "volume", "rm", "--force", volume])
    run(["docker", "volume", "create", label, volume])
    try:
        with server(volume, ROOMY, ROOMY_MACHINE) as made:
            done = made.pgbench(["--initialize", "--quiet", f"--scale={scale}"], timeout=1800)
            if done.returncode:
                raise LabError(done.stderr)
            made.sql(f"CREATE EXTENSION IF NOT EXISTS pg_stat_statements; {STATISTICS}; VACUUM ANALYZE; CHECKPOINT")
    except BaseException:
        subprocess.run(["docker", "volume", "rm", "--force", volume], capture_output=True, check=False)
        raise


# Room for whatever is recovered or made, and no other purpose.
ROOMY = Config(settings={"maintenance_work_mem": "1GB", "max_wal_size": "8GB", "shared_buffers": "1GB"})
ROOMY_MACHINE = Machine(limit=6 * GIB, cpus=CPUS, disk=DISK, workload="web")


def recover(volume: str) -> None:
    """Start and stop a server with room on a volume: a crash is not the next one's to recover from."""
    with server(volume, ROOMY, ROOMY_MACHINE) as made:
        made.sql("CHECKPOINT")


def words_of(load: Load, clients: int, seconds: int, scale: int, seed: int) -> list[str]:
    """Return pgbench's words for a load. seed: of its random numbers, so that all contenders get the same questions."""
    rows = f"--define=accounts={scale * ROWS_A_SCALE}"
    words = [f"--client={clients}", "--jobs=2", f"--time={seconds}", rows, f"--scale={scale}", f"--random-seed={seed}"]
    return [*load.words, *words]


def rate(said: str) -> float | None:
    """Return the transactions a second that pgbench printed, None where it printed none."""
    match = re.search(r"^tps = ([0-9.]+)", said, re.MULTILINE)
    return float(match[1]) if match else None


def latency(said: str) -> float | None:
    """Return the mean latency in milliseconds that pgbench printed, None where it printed none."""
    match = re.search(r"^latency average = ([0-9.]+) ms", said, re.MULTILINE)
    return float(match[1]) if match else None

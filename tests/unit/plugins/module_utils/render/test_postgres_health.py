# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A server is asked over TCP, and its checkpointer woken once after each start."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils.render.postgres_health import WOKEN, health, waking
from tests.lab.shell import wait_until

# Blocks the signal before it says that it is there, and writes a dot for each.
CATCHING = """
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
print(flush=True)
while signal.sigwait([signal.SIGHUP]):
    with open(sys.argv[1], "a") as told:
        told.write(".")
"""


def _dots(told: Path, count: int) -> bool:
    return len(told.read_text()) == count


def test_the_health_check_wakes_the_checkpointer_once_after_each_start(tmp_path: Path) -> None:
    """A shell runs it as the engine does, with a client that always agrees and a process in place of the server."""
    kind, command = waking(health("holdfast"))["test"]
    assert kind == "CMD-SHELL"
    assert command.startswith("pg_isready -q -h 127.0.0.1 -U holdfast -d postgres && ")
    pid, woken, told, client = (tmp_path / name for name in ("postmaster.pid", "woken", "told", "pg_isready"))
    command = command.replace("$$", "$").replace(WOKEN, str(woken))
    client.write_text("#!/bin/sh\n")
    client.chmod(0o755)
    told.touch()
    with subprocess.Popen([sys.executable, "-c", CATCHING, str(told)], stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()
            for start in ("first", "second"):
                pid.write_text(f"{server.pid}\n/data\n")
                before, now = len(told.read_text()), time.time()
                os.utime(pid, (now + 10, now + 10) if start == "second" else None)
                for _ in range(3):
                    environment = {"PGDATA": str(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin"}
                    subprocess.run(["sh", "-c", command], env=environment, check=True)
                    os.utime(woken, (now + 11, now + 11) if start == "second" else None)
                wait_until("the signal", partial(_dots, told, before + 1), seconds=10)
                time.sleep(0.1)
                assert _dots(told, before + 1), start
        finally:
            server.kill()

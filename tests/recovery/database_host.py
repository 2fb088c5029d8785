# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A lab host with the whole stack and a repository on its own disk, whose database is drilled and taken back."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests import systems
from tests.lab import machines
from tests.lab.hosts import find
from tests.lab.shell import LabError, run, scaled, wait_until

from . import stack, store
from .trial import play

HOST = find("mol-a")
INVENTORY = stack.BUILD / "database"
STATE = "/var/lib/holdfast/backup"
METRICS = "/var/lib/holdfast/metrics/backup.prom"
SHIM = "/root/shim"
PIDS = "/run/holdfast-test.pids"
# The first word of an assertion is a database other than the first one.
FORBIDDEN = "select not exists (select from pg_tables where tablename = 'forbidden')"
ASSERTIONS = [FORBIDDEN, "postgres: select current_database() = 'postgres'"]
PSQL = f"docker exec -i {stack.POSTGRES} psql -X -q -At -v ON_ERROR_STOP=1 -U {stack.SUPERUSER}"
# An open segment waits for up to 45 s: what does not measure that does not wait for it.
HURRY = f"(while :; do sleep 1; {PSQL} -d postgres -c 'SELECT pg_switch_wal()' > /dev/null; done) & hurry=$!; "


def provision() -> None:
    """Have the stack serve on a fresh host, with its first backup."""
    machines.down(HOST)
    machines.up([HOST])
    given = stack.variables(systems.lab_repositories(), stack.BUILD / "database.kit", {}, assertions=ASSERTIONS)
    stack.write(INVENTORY, HOST, given)
    play("database.log", "site.yml", inventory=INVENTORY)


def on(script: str, timeout: float = 300) -> str:
    """Return what a script prints that runs on the host as root. Raises LabError."""
    return store.on(HOST, script, timeout=timeout).strip()


def sql(query: str, database: str = stack.DATABASE, server: str = stack.POSTGRES) -> str:
    """Return what a query says."""
    words = PSQL.replace(stack.POSTGRES, server)
    return run(["docker", "exec", "-i", HOST.container, *words.split(), "-d", database, "-c", query]).strip()


def program(*words: str, hurry: bool = False, shim: bool = False) -> subprocess.CompletedProcess[str]:
    """Run holdfast-backup to its end. hurry: the log is sent at once. shim: with what stands before docker."""
    path = f"PATH={SHIM}:$PATH " if shim else ""
    script = f"{HURRY if hurry else ''}{path}holdfast-backup {shlex.join(words)}; status=$?; "
    script += f"{'kill $hurry; ' if hurry else ''}exit $status"
    words_of = ["docker", "exec", "-i", HOST.container, "sh", "-c", script]
    return subprocess.run(words_of, capture_output=True, text=True, check=False, timeout=scaled(600))


@contextmanager
def shim(pattern: str, script: str) -> Iterator[None]:
    """Have a script run once, before the first call of docker whose words are like a pattern of the shell."""
    text = (
        f'#!/bin/sh\ncase "$*" in {pattern}) if mkdir {SHIM}/done 2> /dev/null; then\n{script}\nfi;; esac\n'
        'exec /usr/bin/docker "$@"\n'
    )
    on(f"rm -rf {SHIM}; mkdir {SHIM}; printf %s {shlex.quote(text)} > {SHIM}/docker; chmod 755 {SHIM}/docker")
    try:
        yield
        if on(f"if test -d {SHIM}/done; then echo used; fi") != "used":
            raise LabError(f"docker was never called like {pattern}")
    finally:
        on(f"rm -rf {SHIM}")


@contextmanager
def killed_at(sign: str, words: Sequence[str]) -> Iterator[None]:
    """Have the program killed as soon as a script on the host succeeds. Raises LabError where it ends before."""
    script = f"{HURRY}echo $hurry $$ > {PIDS}; exec holdfast-backup {shlex.join(words)}"
    command = ["docker", "exec", HOST.container, "sh", "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:

        def there() -> bool:
            if process.poll() is not None:
                raise LabError(f"{words} ended before it could be killed: {process.communicate()[0]}")
            return on(f"if {sign}; then echo there; fi") == "there"

        wait_until("the moment to kill", there, seconds=scaled(120))
        on(f"kill -KILL $(cat {PIDS})")
    yield


def state(kind: str) -> dict[str, Any]:
    """Return what is known of the last run of a work."""
    found: dict[str, Any] = json.loads(on(f"cat {STATE}/state.json"))[kind]
    return found


def metric(name: str) -> float:
    """Return a metric's value, by its name with labels."""
    lines = dict(line.rsplit(" ", 1) for line in on(f"grep -v '^#' {METRICS}").splitlines())
    return float(lines[f"holdfast_backup_{name}"])


def left_of(name: str) -> str:
    """Return the containers and volumes that are there under a name."""
    return on(
        f"docker ps -a --format '{{{{.Names}}}}' --filter name={name}; docker volume ls -q --filter name={name}; "
        f"docker ps -aq --filter label=org.holdfast.fetches={name}"
    )

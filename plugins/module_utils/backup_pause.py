# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Services that stand still while their files are copied or replaced, and run again whatever happens.

Before the first is stopped, a file says which are. A run that ends starts them; for one that is killed ``resume`` does:
it belongs into ExecStopPost of the unit, and is done before any other run stops anything.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import atomic, backup_swap
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Paused
from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from ansible_collections.holdfast.host.plugins.module_utils.containers import Container, NotThereError, of_project

LEDGER, LOCK = "paused.json", "files.lock"
# When the engine says that a container was started that never was.
NEVER = "0001-01-01T00:00:00Z"
WAIT_SECONDS, POLL_SECONDS = 3600.0, 0.5


class BusyError(FilesError):
    """Another run is at work; it starts by itself what it stopped."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """containers: ids, in the order of their stop. place: whose files are replaced. helper: a container that helps."""

    containers: tuple[str, ...]
    place: str = ""
    helper: str = ""


@contextlib.contextmanager
def alone(directory: str, run: Run, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Wait until no other run is at work, put right what a killed one left. Raises BusyError, FilesError, OSError."""
    deadline = time.monotonic() + wait_seconds
    with Path(directory, LOCK).open("ab") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise BusyError("another run copies or restores files") from None
                time.sleep(POLL_SECONDS)
        _put_right(directory, run)
        yield


def resume(directory: str, run: Run) -> None:
    """Start what a killed run left standing. Raises BusyError where one is still at work, FilesError, OSError."""
    with alone(directory, run, 0):
        pass


@contextlib.contextmanager
def standing_still(
    directory: str, run: Run, containers: Sequence[Container], *, place: str = "", helper: str = ""
) -> Iterator[None]:
    """Have running containers stopped inside, by a caller that is alone. place: see backup_swap. Raises FilesError."""
    ids = tuple(each.id for each in containers if each.running)
    if not ids and not place and not helper:
        yield
        return
    _write(directory, Ledger(containers=ids, place=place, helper=helper))
    try:
        for identity in ids:
            result = run(["docker", "stop", identity], "")
            if result.status != 0:
                raise FilesError(f"could not stop a service: {result.message()}")
        yield
    finally:
        _put_right(directory, run)


def _put_right(directory: str, run: Run) -> None:
    ledger = _read(directory)
    if ledger is None:
        return
    if ledger.helper:
        _done(run, "rm", "--force", ledger.helper)
    if ledger.place and Path(ledger.place).is_dir():
        backup_swap.settle(Path(ledger.place))
    failed = {each: problem for each in reversed(ledger.containers) if (problem := _done(run, "start", each))}
    if failed:
        left = tuple(each for each in ledger.containers if each in failed)
        _write(directory, Ledger(containers=left))
        raise FilesError(f"could not start again: {'; '.join(failed.values())}")
    Path(directory, LEDGER).unlink()


def _done(run: Run, *words: str) -> str:
    """Return why the engine did not do it, empty where it did. One that a release replaced meanwhile is no problem."""
    result = run(["docker", *words], "")
    return "" if result.status == 0 or "no such container" in result.err.lower() else result.message()


def _write(directory: str, ledger: Ledger) -> None:
    owned = atomic.Owned(mode=0o640, uid=os.geteuid(), gid=os.getegid())
    atomic.write_file(Path(directory, LEDGER), json.dumps(asdict(ledger)).encode(), owned)


def _read(directory: str) -> Ledger | None:
    try:
        kept = json.loads(Path(directory, LEDGER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Ledger(containers=tuple(kept["containers"]), place=kept["place"], helper=kept["helper"])


def services(run: Run, pause: Sequence[Paused]) -> list[Container]:
    """Return the running containers of services. One that does not run needs no pause. Raises FilesError."""
    return [one for one in everyone(run, pause) if one.running]


def everyone(run: Run, pause: Sequence[Paused]) -> list[Container]:
    """Return the containers of services, running or not. Raises FilesError."""
    try:
        return [one for each in pause for one in of_project(run, each.project, each.service)]
    except NotThereError as problem:
        raise FilesError(f"the engine does not answer: {problem}") from None


def ran(before: Sequence[Container], after: Sequence[Container]) -> list[str]:
    """Return the services that did not stand still between two looks: a release or a playbook starts what it finds.

    One that was made meanwhile counts where it was started, and one that is gone may have been.
    """
    was, left = {each.id: each.started for each in before}, {each.id for each in after}
    found = [each.service for each in before if each.running or each.id not in left]
    found += [each.service for each in after if each.running or each.started != was.get(each.id, NEVER)]
    return sorted(set(found))

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One at a time: who changes what a guard holds, confirms it or takes it back.

The kernel lets go of the lock when its holder ends, however it ends. A run notes itself in the file; the way back, a
shell script, leaves the file empty.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

LOCK = "lock"
# How long a run waits for a way back that is at work.
WAY_BACK_SECONDS = 30
_POLL_SECONDS = 0.1


class GuardError(Exception):
    """The guard could not be set, or the change could not be taken back."""


@contextlib.contextmanager
def alone(place: Path, *, waits: float = WAY_BACK_SECONDS) -> Iterator[None]:
    """Hold the lock of a guard's directory, which is made.

    Raises GuardError at once where another run holds it, later where a way back does not end; and OSError.
    """
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.mkdir(mode=0o700, exist_ok=True)
    # Programs that the holder starts do not inherit the file: one that stays would hold the lock for ever.
    with (place / LOCK).open("a+", encoding="utf-8") as held:
        _take(held, place.name, time.monotonic() + waits)
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        _note(held, json.dumps({"pid": os.getpid(), "since": since}))
        try:
            yield
        finally:
            _note(held, "")


def _take(held: TextIO, name: str, until: float) -> None:
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            run = _run(held.read())
        else:
            return
        if run:
            raise GuardError(f"another run changes {name} now ({run}): wait until it ended, or end it")
        if time.monotonic() >= until:
            raise GuardError(f"the way back of {name} does not end: see systemctl status holdfast-guard-{name}.service")
        time.sleep(_POLL_SECONDS)


def _run(noted: str) -> str:
    """Return which run holds the lock; empty where no living one does, so the way back."""
    try:
        note = json.loads(noted)
    except ValueError:
        return ""
    return f"process {note['pid']}, since {note['since']}" if Path(f"/proc/{note['pid']}").exists() else ""


def _note(held: TextIO, text: str) -> None:
    held.seek(0)
    held.truncate()
    held.write(text)
    held.flush()

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The edge's log of requests on the host: rotated without losing a line, compressed, bounded by age and by size.

A timer runs this file on the host as it is (``holdfast-access-log``), with the standard library alone. Archives are
named by the moment at which they ended: ``access-20260131T000500Z.log``, with ``.gz`` once nobody writes them.
"""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

CONFIG = Path("/etc/holdfast/edge/access-log.json")
STATE = Path("/var/lib/holdfast-access-log/state.json")
PROC = Path("/proc")
STAMP = "%Y%m%dT%H%M%SZ"
DAY = 86_400
# Whoever may pass the directory above may read; the master of nginx, root without any power over files, writes as the
# group, its workers as the owner.
CURRENT_MODE, ARCHIVE_MODE = 0o664, 0o640
RELEASE_SECONDS, POLL_SECONDS = 15.0, 0.2
_NAME = re.compile(r"access-(\d{8}T\d{6}Z)\.log(\.gz)?")


class HeldError(Exception):
    """Somebody still writes a file that was rotated."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """directory, file: of the current log. owner: uid of the workers. project, service: of the container.

    keep_days: how long a line is kept. bytes: what all of it may take. rotate_bytes: a file of this size ends
    before its day does.
    """

    directory: str
    file: str
    owner: int
    keep_days: int
    bytes: int
    rotate_bytes: int
    project: str
    service: str

    @property
    def current(self) -> Path:
        """Return the file that nginx writes."""
        return Path(self.directory, self.file)


@dataclass(frozen=True, kw_only=True)
class Archive:
    """A file that was ended. ended: seconds since the epoch."""

    path: Path
    ended: float
    size: int


def ended(name: str) -> float | None:
    """Return when the file of a name was ended, seconds since the epoch; None where it is no archive's name."""
    match = _NAME.fullmatch(name)
    return datetime.strptime(match[1], STAMP).replace(tzinfo=timezone.utc).timestamp() if match else None


def archives(directory: Path) -> list[Archive]:
    """Return the archives, the oldest first."""
    found = [(path, ended(path.name)) for path in directory.iterdir()]
    known = [Archive(path=path, ended=when, size=path.stat().st_size) for path, when in found if when is not None]
    return sorted(known, key=lambda each: (each.ended, each.path.name))


def due(size: int, last: float | None, now: float, most: int) -> bool:
    """Tell whether the current file ends now: by its size in bytes, or by its day (UTC). last: when one was ended."""
    return size >= most or (size > 0 and (last is None or int(last // DAY) != int(now // DAY)))


def superfluous(
    found: Sequence[Archive], current: int, now: float, settings: Settings
) -> tuple[list[Archive], list[Archive]]:
    """Return the archives whose lines are all old enough to go, and the younger ones that no room is left for."""
    aged = [each for each in found if each.ended < now - settings.keep_days * DAY]
    kept = [each for each in found if each not in aged]
    cut: list[Archive] = []
    while kept and current + sum(each.size for each in kept) > settings.bytes:
        cut.append(kept.pop(0))
    return aged, cut


def writers(path: Path, proc: Path = PROC) -> list[int]:
    """Return the processes that have a file open to write it; who only reads it disturbs nobody."""
    wanted = path.stat()
    found = []
    for descriptor in proc.glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            seen = descriptor.stat()
            if (seen.st_dev, seen.st_ino) != (wanted.st_dev, wanted.st_ino):
                continue
            info = (descriptor.parents[1] / "fdinfo" / descriptor.name).read_text(encoding="ascii")
            flags = int(next(line.split()[1] for line in info.splitlines() if line.startswith("flags:")), 8)
            if flags & (os.O_WRONLY | os.O_RDWR):
                found.append(int(descriptor.parents[1].name))
    return sorted(set(found))


def prepare(settings: Settings) -> None:
    """Have the current file, owned so that nginx can write it; undo a rotation that was cut short."""
    for each in archives(settings.current.parent):
        if settings.current.exists() and each.path.samefile(settings.current):
            each.path.unlink()
    with settings.current.open("ab") as file:
        os.fchown(file.fileno(), settings.owner, 0)
        os.fchmod(file.fileno(), CURRENT_MODE)


def rotate(settings: Settings, now: float) -> Path:
    """End the current file and begin an empty one, without a moment at which there is none. Return the ended one."""
    stamp = datetime.fromtimestamp(now, timezone.utc).strftime(STAMP)
    ending, fresh = settings.current.with_name(f"access-{stamp}.log"), settings.current.with_name(".next")
    with fresh.open("wb") as file:
        os.fchown(file.fileno(), settings.owner, 0)
        os.fchmod(file.fileno(), CURRENT_MODE)
    ending.hardlink_to(settings.current)
    fresh.replace(settings.current)
    return ending


def reopen(settings: Settings) -> None:
    """Tell nginx to write the current file (nginx's manual, "Controlling nginx": USR1); nobody where it does not run.

    Raises CalledProcessError where the engine does not answer.
    """
    labels = {"project": settings.project, "service": settings.service}
    words = [word for key, value in labels.items() for word in ("--filter", f"label=com.docker.compose.{key}={value}")]
    # Not docker kill: after any signal the engine takes the container for one that somebody stopped, and does not start
    # it at the next boot.
    for container in _docker("ps", "--quiet", *words).split():
        pid = int(_docker("inspect", "--format", "{{.State.Pid}}", container))
        # 0 where it has ended meanwhile, and to kill means every process of ours.
        if pid:
            os.kill(pid, signal.SIGUSR1)


def _docker(*words: str) -> str:
    return subprocess.run(["docker", *words], capture_output=True, text=True, timeout=60, check=True).stdout


def wait_released(path: Path, tell: Callable[[], None], seconds: float = RELEASE_SECONDS, proc: Path = PROC) -> None:
    """Wait until nobody writes a file; tell its writers again each second. Raises HeldError after ``seconds``."""
    deadline, told = time.monotonic() + seconds, 0.0
    while (holding := writers(path, proc)) and time.monotonic() < deadline:
        if time.monotonic() - told >= 1:
            tell()
            told = time.monotonic()
        time.sleep(POLL_SECONDS)
    if holding:
        raise HeldError(f"{path} is still written by the processes {holding}")


def pack(path: Path) -> None:
    """Put a compressed file in the place of an ended one. A run that is killed leaves the ended one."""
    new, packed = path.with_name(f".{path.name}.gz"), path.with_name(f"{path.name}.gz")
    with path.open("rb") as source, new.open("wb") as target:
        os.fchmod(target.fileno(), ARCHIVE_MODE)
        with gzip.GzipFile(filename="", fileobj=target, mode="wb", compresslevel=6) as stream:
            shutil.copyfileobj(source, stream, 1024 * 1024)
        target.flush()
        os.fsync(target.fileno())
    shutil.chown(new, "root", "adm")
    new.replace(packed)
    path.unlink()


def remember(cut: Iterable[Archive], state: Path) -> None:
    """Keep until when lines went before their time, for verify to tell."""
    last = max(each.ended for each in cut)
    state.write_text(json.dumps({"cut_until": last}), encoding="utf-8")


def clear(settings: Settings, now: float, state: Path) -> None:
    """Remove what is too old, and what no room is left for."""
    aged, cut = superfluous(archives(settings.current.parent), settings.current.stat().st_size, now, settings)
    if cut:
        remember(cut, state)
    for each in (*aged, *cut):
        each.path.unlink()


def run(
    settings: Settings, state: Path = STATE, tell: Callable[[Settings], None] = reopen, *, at_once: bool = False
) -> None:
    """Do all that is due. at_once: end the current file whatever its age and size.

    Raises HeldError, OSError, CalledProcessError; the next run takes up what was left.
    """
    now = time.time()
    prepare(settings)
    clear(settings, now, state)
    found = archives(settings.current.parent)
    last = found[-1].ended if found else None
    if at_once or due(settings.current.stat().st_size, last, now, settings.rotate_bytes):
        rotate(settings, now)
    for each in archives(settings.current.parent):
        if each.path.suffix != ".gz":
            wait_released(each.path, lambda: tell(settings))
            pack(each.path)
    clear(settings, now, state)


@contextlib.contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Wait until no other run is at work in a directory. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def main(words: Sequence[str] = ()) -> int:
    """Do what is due with the settings that lie on the host; with the word ``now`` end the current file, too."""
    try:
        settings = Settings(**json.loads(CONFIG.read_text(encoding="utf-8")))
        with alone(settings.current.parent):
            run(settings, at_once=list(words) == ["now"])
    except (HeldError, OSError, subprocess.SubprocessError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

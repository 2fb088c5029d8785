# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What became of each kind of work: its state, a bounded history, and the metrics of both.

A kind of work is named by whoever does it, such as ``full``, ``drill`` or ``volume:media``. Two of one kind at a time
are for the caller to exclude; different kinds may write at the same time.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import atomic
from ansible_collections.holdfast.host.plugins.module_utils.backup_metrics import Metric, Sample, exposition

STATE, HISTORY = "state.json", "history.jsonl"
MOST_LINES = 1000
MOST_MESSAGE = 2000
OK, FAILED, RUNNING, INTERRUPTED = "ok", "failed", "running", "interrupted"

Clock = Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class Work:
    """The last run of one kind of work. start, end, succeeded: seconds since the epoch; bytes: that it stored or read.

    end: None while it runs. pid: of the process that runs it. succeeded: the end of the last one that was good, None
    where there was none. figures: what was measured last, by names of metrics with their unit.
    """

    start: float
    end: float | None = None
    pid: int = 0
    result: str = RUNNING
    seconds: float = 0
    bytes: int = 0
    message: str = ""
    succeeded: float | None = None
    figures: dict[str, float] = field(default_factory=dict)


def lives(pid: int) -> bool:
    """Tell whether a process of this program has a number."""
    try:
        return b"backup_program" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def killed(work: Work, lives: Callable[[int], bool] = lives) -> bool:
    """Tell whether a run had no time to say how it ended."""
    return work.result == RUNNING and not lives(work.pid)


@dataclass(kw_only=True)
class Outcome:
    """What a run says of itself while it is recorded: all of it is kept with its result."""

    bytes: int = 0
    message: str = ""
    figures: dict[str, float] = field(default_factory=dict)


def read_state(directory: Path) -> dict[str, Work]:
    """Return the last run of each kind; none before the first. Raises OSError, and ValueError for a damaged file."""
    try:
        text = (directory / STATE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        return {kind: Work(**each) for kind, each in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError) as problem:
        raise ValueError(f"{directory / STATE} is damaged: {problem}") from None


def read_history(directory: Path) -> list[dict[str, Any]]:
    """Return what ended, the oldest first: kind and the fields of Work. Raises OSError, ValueError."""
    try:
        text = (directory / HISTORY).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in text.splitlines()]


def begin(directory: Path, kind: str, now: float) -> None:
    """Keep that a run started. One that is still said to run was killed: it goes to the history. Raises OSError."""
    with _alone(directory):
        state = _readable(directory)
        last = state.get(kind)
        if last is not None and last.result == RUNNING:
            _append(directory, kind, replace(last, result=INTERRUPTED, message="it was killed before it ended"))
        state[kind] = Work(start=now, pid=os.getpid())
        if last is not None:
            state[kind] = replace(state[kind], succeeded=last.succeeded, figures=last.figures)
        _write_state(directory, state)


def finish(directory: Path, kind: str, now: float, result: str, outcome: Outcome) -> Work:
    """Keep how a run ended, and return it. Raises OSError."""
    with _alone(directory):
        state = _readable(directory)
        last = state.get(kind) or Work(start=now)
        ended = Work(
            start=last.start,
            end=now,
            result=result,
            # The clock may have been set back meanwhile.
            seconds=round(max(0.0, now - last.start), 3),
            bytes=outcome.bytes,
            message=outcome.message[-MOST_MESSAGE:],
            succeeded=now if result == OK else last.succeeded,
            figures=outcome.figures,
        )
        # One that failed before it measured anything leaves what is known.
        state[kind] = replace(ended, figures=outcome.figures or last.figures)
        _append(directory, kind, ended)
        _write_state(directory, state)
    return ended


@contextlib.contextmanager
def recorded(directory: Path, kind: str, clock: Clock = time.time) -> Iterator[Outcome]:
    """Keep start and end of what is done inside. An exception is kept as a failure with its text, and goes on.

    A disk that takes no more keeps nobody from the work, which may need none of it. Raises OSError behind it.
    """
    unkept = []
    try:
        begin(directory, kind, clock())
    except OSError as problem:
        unkept.append(problem)
    outcome = Outcome()
    try:
        yield outcome
    except BaseException as problem:
        outcome.message = str(problem) or type(problem).__name__
        # What failed says more than that nobody could write it down.
        with contextlib.suppress(OSError):
            finish(directory, kind, clock(), FAILED, outcome)
        raise
    finish(directory, kind, clock(), OK, outcome)
    if unkept:
        raise unkept[0]


def _readable(directory: Path) -> dict[str, Work]:
    """Return the state; a damaged one is put aside: it must not keep backups from being made."""
    try:
        return read_state(directory)
    except ValueError:
        (directory / STATE).replace(directory / f"{STATE}.damaged")
        return {}


def _write_state(directory: Path, state: Mapping[str, Work]) -> None:
    kept = {kind: asdict(work) for kind, work in sorted(state.items())}
    _write(directory / STATE, json.dumps(kept, indent=1) + "\n", 0o640)


def _append(directory: Path, kind: str, work: Work) -> None:
    line = json.dumps({"kind": kind, **asdict(work)})
    try:
        lines = (directory / HISTORY).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    _write(directory / HISTORY, "\n".join([*lines, line][-MOST_LINES:]) + "\n", 0o640)


def _write(path: Path, text: str, mode: int) -> None:
    atomic.write_file(path, text.encode(), atomic.Owned(mode=mode, uid=os.geteuid(), gid=os.getegid()))


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Wait until nobody else writes in a directory. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def work_metrics(state: Mapping[str, Work], counts: Container[str]) -> list[Metric]:
    """Return what the state says, each with the label ``work``. A run that goes on shows the result of the one before
    only in the time of the last good one. counts: the works of which it still counts how they ended.
    """
    ended = {kind: work for kind, work in sorted(state.items()) if work.end is not None}
    good = {kind: work.result == OK for kind, work in ended.items() if kind in counts}
    good |= {kind: False for kind, work in sorted(state.items()) if kind in counts and killed(work)}

    def metric(name: str, text: str, values: Mapping[str, float | None]) -> Metric:
        told = [Sample(value=value, labels={"work": kind}) for kind, value in values.items() if value is not None]
        return Metric(name=name, help=text, samples=told)

    started = {kind: work.start for kind, work in sorted(state.items())}
    succeeded = {kind: work.succeeded for kind, work in sorted(state.items())}
    measured = [
        Metric(name=f"{kind}_{name}", help=f"Measured by the last {kind}.", samples=[Sample(value=value)])
        for kind, work in sorted(state.items())
        for name, value in sorted(work.figures.items())
    ]
    return [
        *measured,
        metric("last_start_timestamp_seconds", "When the work was started last.", started),
        metric("last_success_timestamp_seconds", "When the work ended well last.", succeeded),
        metric("last_ok", "1 where the last run that ended was good.", good),
        metric(
            "last_duration_seconds", "How long the last run took that ended.", {k: w.seconds for k, w in ended.items()}
        ),
        metric("last_bytes", "What the last run that ended stored or read.", {k: w.bytes for k, w in ended.items()}),
    ]


def write_metrics(path: Path, metrics: Iterable[Metric]) -> None:
    """Write the file that the node exporter reads, whole or not at all. Raises OSError, ValueError."""
    text = exposition(metrics)
    # Not made beside it under a name that ends in .prom: the exporter would read both.
    new = path.with_name(f"{path.name}.new")
    with _alone(path.parent):
        _write(new, text, 0o644)
        new.replace(path)

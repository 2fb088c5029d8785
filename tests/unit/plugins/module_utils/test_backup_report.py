# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""State and history say what happened, also to a run that was killed; the metrics' file is whole at any time."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import atomic, backup_report
from ansible_collections.holdfast.host.plugins.module_utils.backup_metrics import Metric, Sample, exposition
from ansible_collections.holdfast.host.plugins.module_utils.backup_report import FAILED, OK, RUNNING, Outcome, Work


class Clock:
    """Goes on by ten seconds with each look."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        self.now += 10
        return self.now


def test_before_the_first_run_there_is_nothing(tmp_path: Path) -> None:
    assert backup_report.read_state(tmp_path) == {}
    assert backup_report.read_history(tmp_path) == []


def test_a_good_run_is_kept(tmp_path: Path) -> None:
    with backup_report.recorded(tmp_path, "full", Clock()) as outcome:
        outcome.bytes, outcome.message = 42, "20260101-000000F"
        assert backup_report.read_state(tmp_path)["full"] == Work(start=1010.0, pid=os.getpid())
    ended = Work(
        start=1010.0, end=1020.0, result=OK, seconds=10.0, bytes=42, message="20260101-000000F", succeeded=1020.0
    )
    assert backup_report.read_state(tmp_path) == {"full": ended}
    (line,) = backup_report.read_history(tmp_path)
    assert (line["kind"], line["result"], line["bytes"]) == ("full", OK, 42)


def fail(directory: Path, kind: str, problem: BaseException, clock: Clock) -> None:
    """Record a run that fails."""
    with backup_report.recorded(directory, kind, clock):
        raise problem


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (ValueError("no room"), "no room"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (ValueError("x" * 5000), "x" * 2000),
    ],
)
def test_a_failure_is_kept_and_goes_on(tmp_path: Path, problem: BaseException, message: str) -> None:
    clock = Clock()
    with backup_report.recorded(tmp_path, "full", clock):
        pass
    with pytest.raises(type(problem)):
        fail(tmp_path, "full", problem, clock)
    last = backup_report.read_state(tmp_path)["full"]
    assert (last.result, last.message, last.succeeded) == (FAILED, message, 1020.0)


def test_a_run_that_was_killed_is_told_by_the_next(tmp_path: Path) -> None:
    backup_report.begin(tmp_path, "drill", 5.0)
    assert backup_report.read_state(tmp_path)["drill"].result == RUNNING
    backup_report.begin(tmp_path, "drill", 50.0)
    (line,) = backup_report.read_history(tmp_path)
    assert (line["start"], line["result"], line["end"]) == (5.0, "interrupted", None)
    assert backup_report.read_state(tmp_path)["drill"].start == 50.0


def test_a_clock_that_was_set_back_gives_no_negative_time(tmp_path: Path) -> None:
    backup_report.begin(tmp_path, "full", 100.0)
    assert backup_report.finish(tmp_path, "full", 40.0, OK, Outcome()).seconds == 0


def test_the_history_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_report, "MOST_LINES", 3)
    for number in range(5):
        backup_report.finish(tmp_path, "full", number, OK, Outcome(bytes=number))
    assert [line["bytes"] for line in backup_report.read_history(tmp_path)] == [2, 3, 4]


@pytest.mark.parametrize("text", ["{", "[]", '{"full": {"begin": 1}}'])
def test_a_damaged_state_is_told_and_stops_no_backup(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="is damaged"):
        backup_report.read_state(tmp_path)
    with backup_report.recorded(tmp_path, "full", Clock()):
        pass
    assert backup_report.read_state(tmp_path)["full"].result == OK
    assert (tmp_path / "state.json.damaged").read_text(encoding="utf-8") == text


def work(directory: Path, kind: str) -> None:
    for number in range(10):
        backup_report.begin(directory, kind, number)
        backup_report.finish(directory, kind, number, OK, Outcome())


def test_kinds_that_run_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    started = [multiprocessing.get_context("fork").Process(target=work, args=(tmp_path, kind)) for kind in ("a", "b")]
    for each in started:
        each.start()
    for each in started:
        each.join(30)
    assert [each.exitcode for each in started] == [0, 0]
    assert set(backup_report.read_state(tmp_path)) == {"a", "b"}
    assert len(backup_report.read_history(tmp_path)) == 20


def test_the_metrics_say_what_the_state_says() -> None:
    state = {
        "full": Work(start=10.0, end=20.0, result=OK, seconds=10.0, bytes=7, succeeded=20.0),
        "drill": Work(start=5.0, end=9.0, result=FAILED, seconds=4.0),
        "incr": Work(start=30.0, succeeded=12.0, pid=0),
    }
    found = {
        metric.name: {sample.labels["work"]: sample.value for sample in metric.samples}
        for metric in backup_report.work_metrics(state, state)
    }
    assert found == {
        "last_start_timestamp_seconds": {"full": 10.0, "drill": 5.0, "incr": 30.0},
        "last_success_timestamp_seconds": {"full": 20.0, "incr": 12.0},
        # What was killed did not end well.
        "last_ok": {"full": 1, "drill": 0, "incr": 0},
        "last_duration_seconds": {"full": 10.0, "drill": 4.0},
        "last_bytes": {"full": 7, "drill": 0},
    }


def test_the_file_is_replaced_and_others_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "backup.prom"
    metric = Metric(name="up", help="Up.", samples=[Sample(value=1)])
    backup_report.write_metrics(file, [metric])
    first = file.stat()
    backup_report.write_metrics(file, [metric])
    assert file.stat().st_ino != first.st_ino
    assert stat.S_IMODE(first.st_mode) == 0o644
    with pytest.raises(ValueError, match="two values"):
        backup_report.write_metrics(file, [Metric(name="up", help="Up.", samples=[Sample(value=1), Sample(value=2)])])
    assert file.read_text(encoding="utf-8").splitlines()[-1] == "holdfast_backup_up 1"
    assert [path.name for path in tmp_path.iterdir()] == ["backup.prom"]


def test_the_state_is_json_that_people_can_read(tmp_path: Path) -> None:
    backup_report.begin(tmp_path, "full", 1.0)
    assert json.loads((tmp_path / "state.json").read_text(encoding="utf-8"))["full"]["result"] == "running"


def test_what_a_run_measured_is_kept_past_one_that_fails(tmp_path: Path) -> None:
    clock = Clock()
    with backup_report.recorded(tmp_path, "drill", clock) as outcome:
        outcome.figures = {"rto_seconds": 3.5}
    with pytest.raises(ValueError, match="no room"):
        fail(tmp_path, "drill", ValueError("no room"), clock)
    last = backup_report.read_state(tmp_path)["drill"]
    assert (last.result, last.figures) == (FAILED, {"rto_seconds": 3.5})
    assert [line["figures"] for line in backup_report.read_history(tmp_path)] == [{"rto_seconds": 3.5}, {}]
    (metric,) = [each for each in backup_report.work_metrics({"drill": last}, ()) if each.name == "drill_rto_seconds"]
    assert [each.value for each in metric.samples] == [3.5]


@pytest.mark.parametrize(("word", "ours"), [("backup_program", True), ("something else", False)])
def test_a_process_of_this_program_is_told_from_others(word: str, ours: bool) -> None:
    assert not backup_report.lives(0)
    words = [sys.executable, "-c", "print(flush=True); input()", word]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert backup_report.lives(process.pid) is ours
        process.communicate(b"\n")
    assert not backup_report.lives(process.pid)


def test_a_full_disk_keeps_nobody_from_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(atomic, "write_file", full)
    done = []
    with pytest.raises(OSError, match="no space left"), backup_report.recorded(tmp_path, "full"):
        done.append("full")
    assert done == ["full"]
    # What failed says more.
    with pytest.raises(ValueError, match="no server"), backup_report.recorded(tmp_path, "full"):
        raise ValueError("no server")


def test_how_it_ended_is_told_of_what_counts_alone() -> None:
    state = {"restore": Work(start=1, end=2, result=FAILED), "full": Work(start=1, end=2, result=OK, succeeded=2)}
    text = exposition(backup_report.work_metrics(state, {"full"}))
    assert 'last_ok{work="full"} 1' in text
    assert 'last_ok{work="restore"}' not in text
    assert 'last_duration_seconds{work="restore"}' in text

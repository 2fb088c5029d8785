# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab import shell
from tests.lab.shell import LabError, locked, run, scaled, step, succeeds, wait_until


def test_run_returns_what_was_printed() -> None:
    assert run(["cat"], stdin="text") == "text"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sh", "-c", "echo out; echo because >&2; exit 3"], "status 3 from: sh -c"),
        (["sh", "-c", "echo because >&2; exit 3"], "because"),
        (["no-such-program-here"], "'no-such-program-here' is not installed"),
    ],
)
def test_a_failure_says_what_and_why(words: list[str], message: str) -> None:
    with pytest.raises(LabError) as error:
        run(words)
    assert message in str(error.value)


def test_a_program_that_hangs_is_given_up() -> None:
    with pytest.raises(LabError, match="longer than"):
        run(["sleep", "5"], timeout=0.05)


@pytest.mark.parametrize(("words", "good"), [(["true"], True), (["false"], False), (["no-such-program-here"], False)])
def test_succeeds(words: list[str], good: bool) -> None:
    assert succeeds(words) is good


def test_waiting_ends_with_the_answer_or_with_the_deadline() -> None:
    answers = iter([False, False, True])
    wait_until("three answers", lambda: next(answers), seconds=5, every=0.001)
    with pytest.raises(LabError, match="waiting for nothing"):
        wait_until("nothing", lambda: False, seconds=0.01, every=0.001)


@pytest.mark.parametrize(("load", "cpus", "seconds"), [(0.1, 2, 30), (2.0, 2, 30), (8.0, 2, 120), (3.0, None, 90)])
def test_deadlines_grow_with_the_load(
    monkeypatch: pytest.MonkeyPatch, load: float, cpus: int | None, seconds: float
) -> None:
    monkeypatch.setattr("os.getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setattr("os.cpu_count", lambda: cpus)
    monkeypatch.setattr(shell, "cpu_seconds", lambda: shell.WORK_SECONDS / 2)
    assert scaled(30) == seconds
    # A CPU that is twice as slow takes twice as long, and one that is faster changes nothing.
    monkeypatch.setattr(shell, "cpu_seconds", lambda: shell.WORK_SECONDS * 2)
    assert scaled(30) == seconds * 2


def test_the_work_takes_cpu_time_and_little_of_it() -> None:
    assert 0 < shell.cpu_seconds() < 1


def test_a_step_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with step("do it"):
        pass
    assert capsys.readouterr().err == "lab: do it ... 0.0 s\n"


def test_a_failed_step_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(LabError), step("do it"):
        raise LabError("no")
    assert capsys.readouterr().err == "lab: do it ... failed\n"


def test_a_lock_makes_its_directory(tmp_path: Path) -> None:
    with locked(tmp_path / "deep" / "lock"):
        assert not succeeds(["flock", "--nonblock", str(tmp_path / "deep" / "lock"), "true"])
    assert succeeds(["flock", "--nonblock", str(tmp_path / "deep" / "lock"), "true"])

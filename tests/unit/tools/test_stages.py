# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

import json
import time
from pathlib import Path
from threading import Barrier, Event

import pytest

from tools import stages
from tools.stages import Counts, Stage

SUITE = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([], "0 passed, 0 failed, 0 skipped"),
        ([SUITE.format(5, 0, 0, 0)], "5 passed, 0 failed, 0 skipped"),
        ([SUITE.format(5, 1, 1, 2), SUITE.format(3, 0, 0, 0)], "4 passed, 2 failed, 2 skipped"),
    ],
)
def test_tests_are_counted_over_files(documents: list[str], expected: str) -> None:
    assert stages.count(documents).line() == expected


@pytest.mark.parametrize(
    ("results", "ran"),
    [
        ({"a": 0, "b": 0, "c": 0}, ["a", "b", "c"]),
        ({"a": 0, "b": 2, "c": 0}, ["a", "b"]),
        ({"a": 1, "b": 0, "c": 0}, ["a"]),
    ],
)
def test_the_first_failure_stops_the_run(results: dict[str, int], ran: list[str]) -> None:
    done = stages.run([list(results)], results.__getitem__)
    assert [stage.name for stage in done] == ran
    assert [stage.result for stage in done] == [results[name] for name in ran]


def test_lanes_run_beside_each_other() -> None:
    met = Barrier(2, timeout=30)

    def execute(_name: str) -> int:
        met.wait()
        return 0

    assert {stage.name for stage in stages.run([["a"], ["b"]], execute)} == {"a", "b"}


def test_a_failure_in_one_lane_starts_nothing_in_another() -> None:
    failed, began = Event(), Event()

    def execute(name: str) -> int:
        if name == "a":
            began.wait(30)
            failed.set()
            return 2
        began.set()
        failed.wait(30)
        # The other lane's failure is on record before this stage ends.
        time.sleep(1)
        return 0

    done = stages.run([["a", "never"], ["b", "neither"]], execute)
    assert [(stage.name, stage.result) for stage in done] == [("a", 2), ("b", 0)]


@pytest.mark.parametrize(
    ("words", "phases"),
    [
        (["a", "b"], [[["a", "b"]]]),
        (["a", "--", "b", "c"], [[["a"], ["b", "c"]]]),
        (["a", "--", "b", "then", "c"], [[["a"], ["b"]], [["c"]]]),
        (["then", "--", "a", "--", "then"], [[["a"]]]),
        ([], []),
    ],
)
def test_phases_and_lanes_are_read_from_the_command_line(words: list[str], phases: list[list[list[str]]]) -> None:
    assert stages.phases_of(words) == phases


def test_the_table_names_what_did_not_run() -> None:
    done = [Stage(name="unit", seconds=2.0, result=2), Stage(name="lint", seconds=1.5, result=0)]
    assert [line.split() for line in stages.table(["lint", "unit", "lab"], done, 3.5).splitlines()] == [
        ["lint", "1.5", "s", "ok"],
        ["unit", "2.0", "s", "FAILED"],
        ["lab", "-", "not", "run"],
        ["total", "3.5", "s"],
    ]


@pytest.mark.parametrize("arguments", [[], ["run"], ["run", "--"], ["walk", "lint"]])
def test_a_wrong_call_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert stages.main(arguments) == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(("recipe", "code", "verdict"), [("true", 0, "ok"), ("false", 2, "FAILED")])
def test_a_real_make_is_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    recipe: str,
    code: int,
    verdict: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAKEFLAGS", raising=False)
    Path("Makefile").write_text(f"first:\n\t@{recipe}\n", encoding="utf-8")
    stale = Path("build/junit/old.xml")
    stale.parent.mkdir(parents=True)
    stale.write_text(SUITE.format(9, 0, 0, 0), encoding="utf-8")

    assert stages.main(["run", "first"]) == code

    timings = json.loads(Path("build/timings.json").read_text(encoding="utf-8"))
    assert [(stage["name"], stage["result"]) for stage in timings["stages"]] == [("first", code)]
    lines = capfd.readouterr().out.splitlines()
    assert verdict in lines[-3]
    assert lines[-1] == Counts().line(), "files of an earlier run do not count"


def test_the_output_of_a_lane_is_shown_in_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAKEFLAGS", raising=False)
    Path("Makefile").write_text("one two:\n\t@echo $@ says; sleep 0.3; echo $@ ends\n", encoding="utf-8")

    assert stages.main(["run", "one", "--", "two"]) == 0

    printed = capfd.readouterr().out
    assert "one says\none ends\n" in printed
    assert "two says\ntwo ends\n" in printed
    assert (tmp_path / "build/stages/one.log").read_text(encoding="utf-8") == "one says\none ends\n"


def test_the_failed_lanes_code_is_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAKEFLAGS", raising=False)
    Path("Makefile").write_text("good:\n\t@true\nbad:\n\t@false\n", encoding="utf-8")
    assert stages.main(["run", "good", "--", "bad"]) == 2


@pytest.mark.parametrize(("first", "ran"), [("good", {"good", "other", "last"}), ("bad", {"bad", "other"})])
def test_a_phase_waits_for_the_one_before_and_falls_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, ran: set[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAKEFLAGS", raising=False)
    text = "good:\n\t@sleep 0.3; touch done\nbad:\n\t@sleep 0.3; false\nother:\n\t@true\nlast:\n\t@test -e done\n"
    Path("Makefile").write_text(text, encoding="utf-8")
    assert (stages.main(["run", first, "--", "other", "then", "last"]) == 0) is (first == "good")
    timings = json.loads(Path("build/timings.json").read_text(encoding="utf-8"))
    assert {stage["name"] for stage in timings["stages"]} == ran

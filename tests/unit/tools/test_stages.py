# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

import json
from pathlib import Path

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
    done = stages.run(list(results), results.__getitem__)
    assert [stage.name for stage in done] == ran
    assert [stage.result for stage in done] == [results[name] for name in ran]


def test_the_table_names_what_did_not_run() -> None:
    done = [Stage(name="lint", seconds=1.5, result=0), Stage(name="unit", seconds=2.0, result=2)]
    assert [line.split() for line in stages.table(["lint", "unit", "lab"], done).splitlines()] == [
        ["lint", "1.5", "s", "ok"],
        ["unit", "2.0", "s", "FAILED"],
        ["lab", "-", "not", "run"],
        ["total", "3.5", "s"],
    ]


@pytest.mark.parametrize("arguments", [[], ["run"], ["walk", "lint"]])
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

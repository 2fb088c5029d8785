# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the repositories told last is verify's, and so is that nobody asked them."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.verify import backup

LATE = {"path": "backup.repository[1].full", "value": "40 h old", "rule": "must be younger", "hint": "do"}


def expect(truth: Path) -> dict[str, Any]:
    return {"backup": {"timers": ["a.timer", "b.timer"], "truth": str(truth)}}


def answer(command: Sequence[str], _given: str) -> Result:
    if command == [*backup.LISTED, "holdfast-backup-*.timer"]:
        return Result(status=0)
    assert command == ["systemctl", "is-active", "a.timer", "b.timer"]
    return Result(status=3, out="active\ninactive\n")


def test_where_nothing_is_copied_nothing_is_looked_at() -> None:
    assert backup.observe({"backup": None}) is None
    assert list(backup.differences({"backup": None}, {"backup": None})) == []


def test_what_was_told_is_a_finding(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"at": time.time(), "findings": [LATE], "truths": []}))
    wanted = expect(truth)
    found = list(backup.differences(wanted, {"backup": backup.observe(wanted, answer)}))
    assert [each.path for each in found] == ["backup.b.timer", "backup.repository[1].full"]
    assert [each.level for each in found] == ["error", "error"]


def test_what_is_past_mending_is_a_warning(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"at": time.time(), "findings": [LATE | {"level": "warning"}], "truths": []}))
    wanted = expect(truth)
    found = list(backup.differences(wanted, {"backup": backup.observe(wanted, answer)}))
    assert [each.level for each in found] == ["error", "warning"]


def test_a_timer_that_nobody_declared_is_told(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"at": time.time(), "findings": [], "truths": []}))
    wanted = {"backup": expect(truth)["backup"] | {"timers": ["holdfast-backup-full.timer"]}}

    def ask(command: Sequence[str], _given: str) -> Result:
        if "is-active" in command:
            return Result(status=0, out="active\n")
        rows = [f"holdfast-backup-{each}.timer loaded active waiting Backups: it" for each in ("drill", "full")]
        return Result(status=0, out="\n".join([*rows, ""]))

    (found,) = backup.differences(wanted, {"backup": backup.observe(wanted, ask)})
    assert (found.path, found.value, found.level) == ("backup.holdfast-backup-drill.timer", "runs", "error")
    assert found.hint == "systemctl disable --now holdfast-backup-drill.timer"


@pytest.mark.parametrize("said", [Result(status=1, err="Failed to connect to bus"), Result(status=3, out="active\n")])
def test_a_timer_of_which_systemd_says_nothing_does_not_run(tmp_path: Path, said: Result) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"at": time.time(), "findings": [], "truths": []}))
    seen = {
        "backup": backup.observe(expect(truth), lambda words, _: said if "is-active" in words else Result(status=0))
    }
    found = [each.path for each in backup.differences(expect(truth), seen)]
    assert found == ["backup.a.timer", "backup.b.timer"][len(said.out.split()) :]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "{",
        "[]",
        "{}",
        '{"at": "now", "findings": [], "truths": []}',
        '{"at": 1, "findings": [{"unknown": 1}], "truths": []}',
    ],
)
def test_nobody_asked(tmp_path: Path, text: str | None) -> None:
    truth = tmp_path / "truth.json"
    if text:
        truth.write_text(text)
    wanted = expect(truth)
    found = list(backup.differences(wanted, {"backup": backup.observe(wanted, answer)}))
    assert [each.path for each in found] == ["backup.b.timer", "backup.truth"]


def test_nobody_asked_for_long(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"at": time.time() - 2 * backup.OLD_SECONDS, "findings": [], "truths": []}))
    wanted = expect(truth)
    found = list(backup.differences(wanted, {"backup": backup.observe(wanted, answer)}))
    assert [(each.path, each.value) for each in found][1:] == [("backup.truth", "40 min ago")]

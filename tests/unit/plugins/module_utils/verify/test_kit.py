# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""verify tells of a host without a recovery kit, and of one whose secrets are newer than it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import kit_note
from ansible_collections.holdfast.host.plugins.module_utils.secret_store import KEY_FILE
from ansible_collections.holdfast.host.plugins.module_utils.verify import kit, machine
from tests.planning import planned

NOTE = {"written": "2026-11-01T02:00:00Z", "file": "kits/shop.kit", "digest": "0" * 64}


@pytest.fixture
def expect(tmp_path: Path) -> dict[str, Any]:
    """Return what is expected of a host with a kit of its secrets."""
    directory = tmp_path / "secrets"
    directory.mkdir()
    for name, text in {KEY_FILE: "k" * 32, "DB": "db-value", "MAIL": "mail-value", "retired": "old"}.items():
        (directory / name).write_text(text, encoding="utf-8")
    note = tmp_path / "kit.json"
    kit_note.write(note, kit_note.text(NOTE, kit_note.held(directory)))
    return {"backup": {"kit": {"note": str(note), "directory": str(directory), "names": ["DB", "MAIL"]}}}


def told(expect: dict[str, Any]) -> list[str]:
    """Return the findings' rules."""
    return [each.rule for each in kit.differences(expect, {"kit": kit.observe(expect)})]


@pytest.mark.parametrize("expect", [{}, {"backup": None}, {"backup": {}}, {"backup": {"kit": None}}])
def test_where_no_kit_is_expected_nothing_is_looked_at(expect: dict[str, Any]) -> None:
    assert kit.observe(expect) is None
    assert told(expect) == []


def test_a_kit_of_the_secrets_that_the_host_has(expect: dict[str, Any]) -> None:
    assert told(expect) == []


def test_no_kit_is_told(expect: dict[str, Any]) -> None:
    Path(expect["backup"]["kit"]["note"]).unlink()
    assert told(expect) == ["there must be a recovery kit on the controller: without it a lost host does not come back"]


@pytest.mark.parametrize("text", ["", "[]", "{", "{}", '{"versions": 1}'])
def test_a_note_that_cannot_be_read_is_no_kit(expect: dict[str, Any], text: str) -> None:
    Path(expect["backup"]["kit"]["note"]).write_text(text, encoding="utf-8")
    assert len(told(expect)) == 1


def test_a_secret_that_is_newer_than_the_kit_is_named_and_not_shown(expect: dict[str, Any]) -> None:
    wanted = expect["backup"]["kit"]
    (Path(wanted["directory"]) / "DB").write_text("rotated-value", encoding="utf-8")
    (Path(wanted["directory"]) / "NEW").write_text("new-value", encoding="utf-8")
    wanted["names"].append("NEW")
    (finding,) = kit.differences(expect, {"kit": kit.observe(expect)})
    assert finding.path == "backup.kit"
    assert finding.rule.endswith("newer than it are DB, NEW")
    assert finding.value == "kits/shop.kit of 2026-11-01T02:00:00Z"
    assert "rotated-value" not in str(finding)


def test_a_secret_that_is_not_there_is_another_checks_matter(expect: dict[str, Any]) -> None:
    (Path(expect["backup"]["kit"]["directory"]) / "DB").unlink()
    assert told(expect) == []


def test_a_plan_says_what_is_looked_at(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    wanted = kit.expected(plan)
    assert wanted["note"] == "/var/lib/holdfast/backup/kit.json"
    assert wanted["directory"] == "/etc/holdfast/secrets"
    assert wanted["names"] == sorted(secret["name"] for secret in plan["secret_files"]["names"])


def test_it_is_one_of_the_concerns_of_a_host() -> None:
    assert machine.CONCERNS["kit"] is kit

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""backup_places: it looks, refuses, and shows no value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.modules import backup_places as subject
from tests.unit.plugins.module_utils.backup_world import ABSENT, WRONG, World
from tests.unit.plugins.module_utils.test_backup_settings import GIVEN
from tests.unit.plugins.modules.in_process import run_module

Capture = pytest.CaptureFixture[str]
PLACE = {
    "number": 1, "kind": "local", "where": "/a", "off_host": False, "restic": "/a/files", "env_file": "", "options": [],
}  # fmt: skip


@pytest.fixture
def words(tmp_path: Path) -> dict[str, Any]:
    """Return the options for one place, and a host's key."""
    (tmp_path / "BACKUP_KEY").write_text("hush")
    text = json.dumps(GIVEN | {"stack": "shop", "repositories": [PLACE]})
    files = [{"path": "/etc/holdfast/backup/backup.json", "content": text}]
    return {"numbers": [1], "files": files, "secrets_directory": str(tmp_path)}


def _answers(monkeypatch: pytest.MonkeyPatch, result: Result) -> None:
    monkeypatch.setattr(subject, "runner", lambda **_: World({"cat config": result}))


@pytest.mark.parametrize("check", [True, False])
def test_a_fresh_place_is_told(words: Any, capfd: Capture, monkeypatch: pytest.MonkeyPatch, check: bool) -> None:
    _answers(monkeypatch, ABSENT)
    told = run_module(subject.main, capfd, **words, check=check)
    assert (told["changed"], told["fresh"]) == (False, [1])


def test_one_that_does_not_take_them_is_refused(words: Any, capfd: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    _answers(monkeypatch, WRONG)
    told = run_module(subject.main, capfd, **words, provided={"BACKUP_KEY": "given-secret"})
    assert told["failed"]
    assert told["msg"].startswith("Refused before anything was changed: 1 finding(s).")
    assert told["findings"][0]["path"] == "holdfast_stack.backup.repositories[0]"
    assert "hush" not in json.dumps(told)
    assert "given-secret" not in json.dumps(told)


def test_what_cannot_be_read_is_told(words: Any, capfd: Capture) -> None:
    assert "has no /etc/holdfast/backup/backup.json" in run_module(subject.main, capfd, **words | {"files": []})["msg"]

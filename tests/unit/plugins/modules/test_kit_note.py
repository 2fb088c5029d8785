# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""kit_note: it reads, it notes, and shows no value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import kit_note
from ansible_collections.holdfast.host.plugins.module_utils.secret_store import KEY_FILE
from ansible_collections.holdfast.host.plugins.modules import kit_note as subject
from tests.unit.plugins.modules.in_process import run_module

TOKEN = "a" * 64
NOTE = {"written": "2026-11-01T02:00:00Z", "file": "kits/shop.kit", "digest": "0" * 64}
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what the action sends, of a host with one secret."""
    monkeypatch.setattr(kit_note, "PATH", f"{tmp_path}/backup/kit.json")
    (tmp_path / "s").mkdir()
    for name, text in {KEY_FILE: "k" * 32, "DB": "db-value", "made.conf": "db-value", "DB~": "x"}.items():
        (tmp_path / "s" / name).write_text(text, encoding="utf-8")
    return {"secrets_directory": f"{tmp_path}/s", "derived": [f"{tmp_path}/s/made.conf"]}


def test_check_real_check_real_changed(words: dict[str, Any], capfd: Capture) -> None:
    path = Path(kit_note.PATH)
    note = words | {"step": "note", "note": NOTE}
    assert run_module(subject.main, capfd, **note, check=True)["changed"]
    assert not path.exists()
    assert run_module(subject.main, capfd, **note)["changed"]
    assert "db-value" not in path.read_text(encoding="utf-8")
    for check in (True, False):
        assert not run_module(subject.main, capfd, **note, check=check)["changed"]
    assert run_module(subject.main, capfd, **words, step="note", note=NOTE | {"file": "other.kit"})["changed"]


def test_what_is_read_is_covered_and_changes_nothing(words: dict[str, Any], capfd: Capture) -> None:
    told = run_module(subject.main, capfd, **words, token=TOKEN)
    assert (told["changed"], told["noted"], told["ignored"]) == (False, False, ["DB~"])
    assert "db-value" not in json.dumps(told)
    assert kit_note.uncovered(told["covered"], TOKEN) == {"DB": "db-value"}
    run_module(subject.main, capfd, **words, step="note", note=NOTE)
    assert run_module(subject.main, capfd, **words, token=TOKEN, note=NOTE)["noted"]


def test_without_its_action_it_tells_nothing(words: dict[str, Any], capfd: Capture) -> None:
    assert "needs a token" in run_module(subject.main, capfd, **words)["msg"]


def test_what_cannot_be_read_is_told(words: dict[str, Any], capfd: Capture) -> None:
    (Path(words["secrets_directory"]) / "DB").write_bytes(b"\xffhidden")
    msg = run_module(subject.main, capfd, **words, token=TOKEN)["msg"]
    assert "DB is not UTF-8 text" in msg
    assert "hidden" not in msg
    Path(kit_note.PATH).mkdir(parents=True)
    (Path(words["secrets_directory"]) / "DB").write_text("db-value", encoding="utf-8")
    assert "Is a directory" in run_module(subject.main, capfd, **words, step="note", note=NOTE)["msg"]

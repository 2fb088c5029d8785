# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The host's side of the kit: every secret is read, none is told, and the note tells nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import kit_note
from ansible_collections.holdfast.host.plugins.module_utils.secret_store import KEY_FILE

NOTE: dict[str, Any] = {"written": "2026-11-01T02:00:00Z", "file": "kits/shop.kit", "digest": "0" * 64}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Return a directory of secrets as the secrets module leaves it, with files that are none."""
    place = tmp_path / "secrets"
    place.mkdir()
    texts = {KEY_FILE: "k" * 32, "DB": "db-value", "MAIL": "mail-value\n", "redis_auth.conf": "requirepass db-value\n"}
    for name, text in {**texts, ".holdfast-new.DB": "hal", "DB~": "of an editor"}.items():
        (place / name).write_text(text, encoding="utf-8")
    (place / "old").mkdir()
    return place


def test_every_secret_is_read_and_nothing_else(directory: Path) -> None:
    held = kit_note.held(directory, [f"{directory}/redis_auth.conf"])
    assert held.secrets == {"DB": "db-value", "MAIL": "mail-value\n"}
    assert held.ignored == ("DB~", "old")
    assert "db-value" not in repr(held)
    assert "k" * 32 not in repr(held)


def test_a_host_without_secrets_has_none(tmp_path: Path) -> None:
    held = kit_note.held(tmp_path / "nowhere")
    assert (held.secrets, held.versions(), held.ignored) == ({}, {}, ())


def test_what_is_no_text_is_named_and_not_shown(directory: Path) -> None:
    (directory / "DB").write_bytes(b"\xffhidden")
    with pytest.raises(ValueError, match="DB is not UTF-8 text") as caught:
        kit_note.held(directory)
    assert "hidden" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_what_is_covered_shows_nothing_and_comes_back() -> None:
    secrets = {"DB": "db-value", "KEY": "naïve $\\"}
    first, second = kit_note.covered(secrets, "a" * 64), kit_note.covered(secrets, "b" * 64)
    assert "db-value" not in first + second
    assert first != second
    assert kit_note.uncovered(first, "a" * 64) == secrets
    assert kit_note.uncovered(kit_note.covered({}, "a"), "a") == {}


def test_the_note_holds_no_value_and_is_made_with_the_hosts_key(directory: Path, tmp_path: Path) -> None:
    held = kit_note.held(directory)
    text, path = kit_note.text(NOTE, held), tmp_path / "backup/kit.json"
    shown = json.loads(text)
    assert set(shown) == {"written", "file", "versions", "content"}
    assert shown["versions"] == held.versions()
    assert not any(value in text for value in ("db-value", "mail-value", NOTE["digest"]))
    assert not kit_note.stands(path, NOTE, held)
    kit_note.write(path, text)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o755)
    assert kit_note.stands(path, NOTE, held)
    assert not kit_note.stands(path, {}, held)
    assert not kit_note.stands(path, NOTE | {"digest": "1" * 64}, held)
    (directory / "DB").write_text("another", encoding="utf-8")
    assert not kit_note.stands(path, NOTE, kit_note.held(directory))


def test_a_note_of_versions_that_were_read_earlier_says_those(directory: Path) -> None:
    text = kit_note.text(NOTE | {"versions": {"DB": "0123456789ab"}}, kit_note.held(directory))
    assert json.loads(text)["versions"] == {"DB": "0123456789ab"}

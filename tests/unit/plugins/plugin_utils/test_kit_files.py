# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The kit's file is never lost, and what is opened of it stays in its directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.plugin_utils import kit, kit_files
from ansible_collections.holdfast.host.plugins.plugin_utils.kit_seal import seal, unseal
from tests.unit.plugins.plugin_utils.test_kit import document
from tests.unit.plugins.plugin_utils.test_kit_seal import PASSWORD


def write(dest: Path, **changes: Any) -> None:
    """Look, then write, as the action does."""
    kit_files.keep(dest, document(**changes), PASSWORD, kit_files.look(dest, PASSWORD, "shop"))


def mode(path: Path) -> int:
    """Return the permissions of a file."""
    return path.stat().st_mode & 0o777


def test_a_kit_is_written_for_its_owner_alone_and_the_one_before_is_kept_where_secrets_change(tmp_path: Path) -> None:
    dest = tmp_path / "kits/shop.kit"
    write(dest)
    assert (mode(dest), mode(dest.parent)) == (0o600, 0o700)
    first = dest.read_bytes()
    write(dest, variables={})
    assert [path.name for path in dest.parent.iterdir()] == ["shop.kit"]
    second = dest.read_bytes()
    write(dest, secrets={"DB": "another", "MAIL": "mail-value"})
    before = dest.with_name("shop.kit~")
    assert (before.read_bytes(), mode(before)) == (second, 0o600)
    assert first != second
    assert unseal(dest.read_bytes(), PASSWORD, "x")["secrets"]["DB"] == "another"


@pytest.mark.parametrize(
    ("there", "password", "said"),
    [
        ("nothing", "short", "20 characters or more; this one has 5"),
        ("a kit", "wrong horse battery staple", "It is not written over: give its password, or move it away"),
        ("a text", PASSWORD, "not encrypted by ansible-vault. It is not written over"),
        ("half a kit", PASSWORD, "is truncated"),
        ("a newer kit", PASSWORD, "format 2"),
        ("another's kit", PASSWORD, "is the kit of the stack other, and not of shop"),
        ("a directory", PASSWORD, "must be a file"),
        ("a link", PASSWORD, "must be a file"),
        ("a file above", PASSWORD, "cannot be written"),
    ],
)
def test_what_may_not_be_written_over_is_refused(tmp_path: Path, there: str, password: str, said: str) -> None:
    dest = tmp_path / "shop.kit"
    contents = {
        "a kit": seal(document(), PASSWORD),
        "a text": b"hello",
        "half a kit": seal(document(), PASSWORD)[:500],
        "a newer kit": seal(document(version=2), PASSWORD),
        "another's kit": seal(document(stack="other"), PASSWORD),
    }
    if there in contents:
        dest.write_bytes(contents[there])
    elif there == "a directory":
        dest.mkdir()
    elif there == "a link":
        dest.symlink_to(tmp_path / "elsewhere")
    elif there == "a file above":
        dest.write_bytes(b"")
        dest = dest / "shop.kit"
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(kit.KitError, match=said):
        kit_files.look(dest, password, "shop")
    assert sorted(tmp_path.rglob("*")) == before
    assert there not in contents or dest.read_bytes() == contents[there]


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may write everywhere but on a filesystem that is read-only.
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != tmp_path)
    with pytest.raises(kit.KitError, match=f"{tmp_path} is no directory that this user may write to"):
        kit_files.look(tmp_path / "new/shop.kit", PASSWORD, "shop")


def test_a_kit_is_opened_into_a_directory_of_its_own(tmp_path: Path) -> None:
    into = tmp_path / "recovered-shop"
    assert kit_files.open_into(document(), into) == (["compose.yaml", "conf/a.bin"], [])
    assert [mode(into / name) for name in (".", "compose.yaml", "conf", "conf/a.bin")] == [0o700, 0o600, 0o700, 0o755]
    assert (into / "conf/a.bin").read_bytes() == b"\xff\x00"
    assert kit_files.open_into(document(), into) == ([], [])


def test_a_second_run_goes_on_and_leaves_what_somebody_changed(tmp_path: Path) -> None:
    kit_files.open_into(document(), tmp_path)
    (tmp_path / "compose.yaml").write_text("services: {mine: {}}\n", encoding="utf-8")
    (tmp_path / "conf/a.bin").unlink()
    assert kit_files.open_into(document(), tmp_path) == (["conf/a.bin"], ["compose.yaml"])
    assert (tmp_path / "compose.yaml").read_text(encoding="utf-8") == "services: {mine: {}}\n"


def test_a_newer_kit_of_the_same_stack_takes_the_place_of_what_an_older_wrote(tmp_path: Path) -> None:
    kit_files.open_into(document(), tmp_path)
    newer = document(files={"compose.yaml": kit.encoded(b"services: {web: {}}\n", 0o600)})
    assert kit_files.open_into(newer, tmp_path) == (["compose.yaml"], [])
    # A run that was killed before it came to a file has marked it already.
    (tmp_path / "compose.yaml").write_bytes(b"services: {}\n")
    assert kit_files.open_into(newer, tmp_path) == (["compose.yaml"], [])


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("a file of the user's", "is not empty, and no kit was opened into it"),
        ("another stack", "holds the stack other, and this is the kit of shop"),
        ("a broken mark", "is not empty, and no kit was opened into it"),
    ],
)
def test_a_directory_of_somebody_else_is_refused(tmp_path: Path, there: str, said: str) -> None:
    if there == "another stack":
        kit_files.open_into(document(stack="other"), tmp_path)
    elif there == "a broken mark":
        (tmp_path / kit_files.MARK).write_text("{", encoding="utf-8")
    else:
        (tmp_path / "notes.txt").touch()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(kit.KitError, match=said):
        kit_files.open_into(document(), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("linked", ["conf", "compose.yaml", "."])
def test_nothing_is_written_through_a_link(tmp_path: Path, linked: str) -> None:
    into, outside = tmp_path / "into", tmp_path / "outside"
    outside.mkdir()
    if linked == ".":
        into.symlink_to(outside)
    else:
        kit_files.open_into(document(files={}, directories=[]), into)
        (into / linked).symlink_to(outside if linked == "conf" else outside / "x")
    with pytest.raises(kit.KitError, match=r"link|must be a directory"):
        kit_files.open_into(document(), into)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "/x", kit_files.MARK])
def test_nothing_is_written_outside(tmp_path: Path, name: str) -> None:
    part = {"directories": [], "files": {name: kit.encoded(b"x", 0o600)}}
    with pytest.raises(kit.KitError, match="would leave the directory"):
        kit_files.unpack(part, tmp_path / "into", {})
    assert not (tmp_path / "x").exists()

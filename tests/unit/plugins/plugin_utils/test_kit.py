# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The recovery kit as a document: what differs, what is refused, and what the roles get of it."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.plugin_utils import kit

PLAN: dict[str, Any] = {"name": "shop", "secret_files": {"names": [{"name": "DB"}, {"name": "MAIL"}]}}


def document(**changes: Any) -> dict[str, Any]:
    """Return a kit with some of it changed."""
    part = {
        "directory": ".",
        "directories": ["conf"],
        "files": {"compose.yaml": kit.encoded(b"services: {}\n", 0o600), "conf/a.bin": kit.encoded(b"\xff\x00", 0o755)},
        "host": "www",
        "written": "2026-11-01T02:00:00Z",
    }
    keys = {"variables": {"holdfast_stack": {"name": "shop"}, "docker_source": "distro"}, "given": ["MAIL"]}
    secrets = {"DB": "db-value", "MAIL": "mail-value", "retired": "old-value", "data_volume": "disk-value"}
    return copy.deepcopy(kit.made(PLAN, part, **keys, secrets=secrets)) | changes


def test_files_come_back_byte_for_byte() -> None:
    for data in (b"", "naïve\r\n".encode(), b"\xff\x00\n", bytes(range(256))):
        entry = kit.encoded(data, 0o640)
        assert (kit.decoded(entry), entry["mode"]) == (data, "0640")


@pytest.mark.parametrize(("password", "said"), [("", "none was given"), ("x" * 19, "this one has 19"), ("x" * 20, "")])
def test_a_short_password_is_refused(password: str, said: str) -> None:
    if not said:
        kit.check_password(password)
        return
    with pytest.raises(kit.KitError, match=said):
        kit.check_password(password)


def test_when_and_of_whom_a_kit_was_written_is_no_difference() -> None:
    later = document(written="2027-01-01T00:00:00Z", host="203.0.113.7")
    assert kit.changes(document(), later) == []
    assert kit.digest(document()) == kit.digest(later)
    assert kit.same_secrets(document(), later)


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ({"secrets": {"DB": "x", "NEW": "y", "MAIL": "mail-value"}}, 4),
        ({"variables": {"holdfast_stack": {"name": "shop"}}}, 1),
        ({"files": {}}, 2),
        ({"given": []}, 1),
        ({"directories": []}, 1),
    ],
)
def test_a_difference_is_told_by_name_and_without_values(change: dict[str, Any], lines: int) -> None:
    told = kit.changes(document(), document(**change))
    assert len(told) == lines
    assert not any(value in line for line in told for value in ("db-value", "old-value", "distro"))
    assert kit.same_secrets(document(), document(**change)) == ("secrets" not in change)


def test_the_first_kit_is_a_difference() -> None:
    assert kit.changes(None, document()) == ["there is no kit yet"]


def test_a_kit_is_told_from_what_is_none() -> None:
    assert kit.checked(document(), "a.kit") == document()
    for other, said in (
        ([], "holds no recovery kit"),
        ({"format": "tar"}, "holds no recovery kit"),
        (document(version=2), "format 2, and this collection reads formats up to 1"),
        (document(version="1"), "format 1"),
        (document(secrets=["a"]), "secrets cannot be read"),
        (document(secrets={"A": 1}), "a list of names cannot be read"),
        (document(files={"a": {"text": "x"}}), "files cannot be read"),
    ):
        with pytest.raises(kit.KitError, match=re.escape(said)):
            kit.checked(other, "a.kit")


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "a//b", "./a", "a/", "a\0b"])
@pytest.mark.parametrize("key", ["files", "directories", "directory"])
def test_no_path_leaves_the_directory(name: str, key: str) -> None:
    value = {"files": {name: kit.encoded(b"", 0o600)}, "directories": [name], "directory": name}[key]
    with pytest.raises(kit.KitError, match="would leave the directory"):
        kit.checked(document(**{key: value}), "a.kit")


def test_the_roles_get_what_they_would_have_of_the_inventory() -> None:
    found = kit.recovered(document(directory="conf"), "/srv/recovered-shop")
    assert found["app_secrets"] == {"MAIL": "mail-value"}
    assert found["preflight_directory"] == found["edge_directory"] == "/srv/recovered-shop/conf"
    assert (found["docker_source"], found["holdfast_stack"]) == ("distro", {"name": "shop"})
    assert "disk-value" not in str(found)
    assert kit.recovered(document(), "/srv/x")["preflight_directory"] == "/srv/x"


def test_the_time_is_utc_in_whole_seconds() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", kit.now())

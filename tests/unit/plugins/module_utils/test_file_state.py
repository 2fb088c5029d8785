# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What lies at a path, and what should."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.file_state import (
    ABSENT,
    Access,
    parents_missing,
    parse_access,
    read_state,
)


def test_read_state(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "file").chmod(0o640)
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    state = read_state(tmp_path / "file")
    assert (state.kind, state.content) == ("file", b"x")
    assert state.access == Access(mode=0o640, uid=os.getuid(), gid=os.getgid())
    assert read_state(tmp_path / "file", content=False).content == b""
    kinds = [read_state(tmp_path / name).kind for name in ("link", "pipe", ".")]
    assert kinds == ["link", "other", "directory"]
    assert read_state(tmp_path / "missing") == read_state(tmp_path / "file/below") == ABSENT


@pytest.mark.parametrize(
    ("options", "mode", "uid", "paths"),
    [
        ({"mode": "0644", "owner": "root", "group": "0"}, 0o644, 0, []),
        ({"mode": "4755", "owner": "12", "group": "34"}, 0o4755, 12, []),
        ({"mode": "rw", "owner": "no-such", "group": "no-such"}, 0o600, None, ["x.mode", "x.owner", "x.group"]),
        ({"mode": "888", "owner": "0", "group": "0"}, 0o600, 0, ["x.mode"]),
    ],
)
def test_parse_access(options: dict[str, str], mode: int, uid: int | None, paths: list[str]) -> None:
    access, findings = parse_access(options, "x", lenient=False)
    assert (access.mode, access.uid) == (mode, uid)
    assert [finding.path for finding in findings] == paths


def test_a_name_still_to_come() -> None:
    access, findings = parse_access({"mode": "0644", "owner": "no-such", "group": "0"}, "x", lenient=True)
    assert findings == []
    assert access.text() == "mode 0644 owner (not there yet) group 0\n"
    with pytest.raises(ValueError, match="not known on this host"):
        access.owned()


def test_parents_missing(tmp_path: Path) -> None:
    assert parents_missing(tmp_path / "a/b/c") == [tmp_path / "a", tmp_path / "a/b"]
    assert parents_missing(tmp_path / "a") == []

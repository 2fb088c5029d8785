# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Files and directories that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import atomic

OWNED = atomic.Owned(mode=0o640, uid=os.getuid(), gid=os.getgid())


def test_a_file_is_replaced_by_another_inode(tmp_path: Path) -> None:
    path = tmp_path / "a"
    atomic.write_file(path, b"one", OWNED)
    with path.open("rb") as reader:
        atomic.write_file(path, b"two", OWNED)
        assert reader.read() == b"one"
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_what_must_be_kept_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a"
    atomic.write_file(path, b"one", OWNED, keep=True)
    with pytest.raises(FileExistsError):
        atomic.write_file(path, b"two", OWNED, keep=True)
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_it_is_private_from_the_first_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes = []
    fchown = os.fchown

    def look(descriptor: int, uid: int, gid: int) -> None:
        modes.append(os.fstat(descriptor).st_mode & 0o777)
        fchown(descriptor, uid, gid)

    monkeypatch.setattr(os, "fchown", look)
    mask = os.umask(0)
    try:
        atomic.write_file(tmp_path / "a", b"x", OWNED)
    finally:
        os.umask(mask)
    assert modes == [0o600]


def test_leftovers_of_either_kind_are_in_nobodys_way(tmp_path: Path) -> None:
    atomic.temporary(tmp_path / "a").mkdir()
    atomic.temporary(tmp_path / "d").write_text("half")
    atomic.write_file(tmp_path / "a", b"x", OWNED)
    atomic.make_directory(tmp_path / "d", atomic.Owned(mode=0o2750, uid=OWNED.uid, gid=OWNED.gid))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "d"]
    assert (tmp_path / "d").stat().st_mode & 0o7777 == 0o2750


def test_a_directory_that_cannot_be_put_in_place_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/kept").touch()
    with pytest.raises(OSError, match="not empty"):
        atomic.make_directory(tmp_path / "d", OWNED)
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def test_nothing_to_clear(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    atomic.clear(tmp_path / "a")
    atomic.clear(tmp_path / "missing/a")
    atomic.clear(tmp_path / "file/a")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]

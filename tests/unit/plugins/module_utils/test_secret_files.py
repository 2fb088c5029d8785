# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The secrets' files; the whole sequence is tested with the module."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import secret_files, secret_store
from ansible_collections.holdfast.host.plugins.module_utils.file_state import Access

ME: dict[str, str] = {"mode": "0400", "owner": str(os.getuid()), "group": str(os.getgid())}


def wanted(root: Path, **more: Any) -> secret_store.Wanted:
    options = {
        "directory": str(root),
        "names": [{"name": "app", "length": 32, "kind": "hex", **ME}],
        "provided": {},
        "env_files": [],
        "absent_env_files": [],
    }
    found, findings = secret_store.parse({**options, **more})
    assert findings == []
    return found


def test_a_value_that_is_no_text_is_refused_without_being_shown(tmp_path: Path) -> None:
    (tmp_path / "app").write_bytes(b"abc\xffdef")
    with pytest.raises(ValueError, match="is not UTF-8 text") as error:
        secret_files.plan(wanted(tmp_path), make=True)
    assert error.value.__cause__ is None
    assert "0xff" not in str(error.value)


def test_a_directory_in_the_place_of_an_environment_file(tmp_path: Path) -> None:
    (tmp_path / "e").mkdir()
    env = [{"path": f"{tmp_path}/e", "variables": {"A": "x"}, **ME}]
    with pytest.raises(ValueError, match="is a directory, not a file"):
        secret_files.plan(wanted(tmp_path / "s", env_files=env), make=True)


def test_a_mode_that_differs_is_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {"uid": os.getuid(), "gid": os.getgid()}
    monkeypatch.setattr(secret_files, "ROOT_DIRECTORY", Access(mode=0o700, **ids))
    monkeypatch.setattr(secret_files, "KEY", Access(mode=0o400, **ids))
    ask = wanted(tmp_path / "s")
    secret_files.apply(ask, secret_files.plan(ask, make=True).steps)
    (tmp_path / "s/app").chmod(0o444)
    steps = secret_files.plan(ask, make=False).steps
    assert [(step.path.name, step.attributes_only) for step in steps] == [("app", True)]
    secret_files.apply(ask, steps)
    assert (tmp_path / "s/app").stat().st_mode & 0o777 == 0o400
    assert secret_files.plan(ask, make=False).steps == ()


def test_steps_do_not_show_their_data(tmp_path: Path) -> None:
    plan = secret_files.plan(wanted(tmp_path, provided={"app": "given value"}), make=True)
    assert "given value" not in repr(plan)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""secrets: check, real, check again, real again, changed; no value is ever shown."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import secret_files
from ansible_collections.holdfast.host.plugins.module_utils.file_state import Access
from ansible_collections.holdfast.host.plugins.modules import secrets
from tests.unit.plugins.modules.in_process import run_module

ME: dict[str, str] = {"owner": str(os.getuid()), "group": str(os.getgid())}
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests need no root."""
    ids = {"uid": os.getuid(), "gid": os.getgid()}
    for name, mode in (("ROOT_DIRECTORY", 0o700), ("PARENT", 0o755), ("KEY", 0o400)):
        monkeypatch.setattr(secret_files, name, Access(mode=mode, **ids))


def wanted(root: Path, **provided: str) -> dict[str, Any]:
    variables = {"URL": "postgres://u:${secret:app}@h/$db", "KEY": "${secret:key}"}
    return {
        "directory": f"{root}/s",
        "names": [{"name": "app", **ME}, {"name": "key", "kind": "hex", "length": 48, "mode": "0440", **ME}],
        "provided": provided,
        "env_files": [{"path": f"{root}/e/app.env", "variables": variables, **ME}],
        "absent_env_files": [f"{root}/old.env"],
    }


def test_check_real_check_real_changed(tmp_path: Path, capfd: Capture) -> None:
    foreseen = run_module(secrets.main, capfd, **wanted(tmp_path), check=True)
    assert foreseen["changed"]
    assert foreseen["versions"] == {}
    assert list(tmp_path.iterdir()) == []
    done = run_module(secrets.main, capfd, **wanted(tmp_path))
    assert (done["paths"], done["created"], done["replaced"]) == (foreseen["paths"], ["app", "key"], [])
    app, key = (tmp_path / "s/app").read_text(), (tmp_path / "s/key").read_text()
    assert (len(app), len(key), int(key, 16) > 0) == (32, 48, True)
    assert (tmp_path / "e/app.env").read_text() == f"URL='postgres://u:{app}@h/$db'\nKEY='{key}'\n"
    assert [(tmp_path / p).stat().st_mode & 0o777 for p in ("s", "s/app", "s/key", "e/app.env")] == [
        0o700,
        0o400,
        0o440,
        0o400,
    ]
    for check in (True, False):
        again = run_module(secrets.main, capfd, **wanted(tmp_path), check=check)
        assert (again["changed"], again["diff"], again["versions"]) == (False, [], done["versions"])
    changed = run_module(secrets.main, capfd, **wanted(tmp_path, key="a given value"))
    assert (changed["created"], changed["replaced"]) == ([], ["key"])
    assert changed["versions"]["key"] != done["versions"]["key"]
    assert changed["versions"]["app"] == done["versions"]["app"]
    assert changed["env_versions"] != done["env_versions"]
    assert (tmp_path / "s/app").read_text() == app
    assert "KEY='a given value'\n" in (tmp_path / "e/app.env").read_text()
    kept = run_module(secrets.main, capfd, **wanted(tmp_path))
    assert not kept["changed"]


def test_a_bare_host_takes_what_is_given_where_it_would_generate(tmp_path: Path, capfd: Capture) -> None:
    given = {"app": "of the lost host", "key": "0" * 48}
    done = run_module(secrets.main, capfd, **wanted(tmp_path, **given), replace=False)
    assert (done["created"], done["replaced"]) == (["app", "key"], [])
    assert {name: (tmp_path / "s" / name).read_text() for name in given} == given
    # Again, as after a run that was interrupted: what a role has given another mode meanwhile keeps it.
    (tmp_path / "s/app").chmod(0o440)
    assert not run_module(secrets.main, capfd, **wanted(tmp_path, **given), replace=False)["changed"]
    (tmp_path / "s/app").chmod(0o400)
    # And once the inventory gives nothing.
    assert not run_module(secrets.main, capfd, **wanted(tmp_path))["changed"]


@pytest.mark.parametrize("check", [True, False])
def test_a_host_with_other_secrets_is_refused_and_left_as_it_is(tmp_path: Path, capfd: Capture, check: bool) -> None:
    run_module(secrets.main, capfd, **wanted(tmp_path))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    given = {"app": "of the lost host", "key": (tmp_path / "s/key").read_text()}
    told = run_module(secrets.main, capfd, **wanted(tmp_path, **given), replace=False, check=check)
    assert told["msg"].endswith("other values are there than the ones given, and they are not replaced: app")
    assert "of the lost host" not in json.dumps(told)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_no_value_is_shown(tmp_path: Path, capfd: Capture) -> None:
    (tmp_path / "old.env").write_text("OLD='old value in a file'\n")
    first = run_module(secrets.main, capfd, **wanted(tmp_path, key="the first given value"))
    second = run_module(secrets.main, capfd, **wanted(tmp_path, key="the second given value"))
    told = json.dumps([first, second])
    values = ["given value", "old value", (tmp_path / "s/app").read_text()]
    assert [value for value in values if value in told] == []
    assert not (tmp_path / "old.env").exists()


def test_a_rename_keeps_the_value(tmp_path: Path, capfd: Capture) -> None:
    run_module(secrets.main, capfd, **wanted(tmp_path))
    names = [{"name": "fresh", "from_previous": "app", **ME}]
    run_module(secrets.main, capfd, directory=f"{tmp_path}/s", names=names)
    assert (tmp_path / "s/fresh").read_text() == (tmp_path / "s/app").read_text()


def test_what_a_killed_run_left_is_removed_and_nothing_is_made_twice(tmp_path: Path, capfd: Capture) -> None:
    run_module(secrets.main, capfd, **wanted(tmp_path))
    value = (tmp_path / "s/app").read_text()
    # Killed between the link and the removal of the temporary name, and before the other file was complete.
    (tmp_path / "s/.holdfast-new.app").hardlink_to(tmp_path / "s/app")
    (tmp_path / "s/key").unlink()
    (tmp_path / "s/.holdfast-new.key").write_text("hal")
    result = run_module(secrets.main, capfd, **wanted(tmp_path))
    assert result["created"] == ["key"]
    assert (tmp_path / "s/app").read_text() == value
    assert sorted(p.name for p in (tmp_path / "s").iterdir()) == [".versions.key", "app", "key"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"provided": {"ap": "x"}}, "did you mean 'app'?"),
        ({"provided": {"app": ""}}, "is not empty"),
        ({"names": [{"name": "../x"}]}, "does not start with a dot"),
        ({"names": [{"name": "app"}, {"name": "app"}]}, "is named once"),
        ({"names": [{"name": "app", "length": 8}]}, "16 characters or more"),
        ({"env_files": [{"path": "/e", "variables": {"A": "${secret:ap}"}}]}, "refers to a known secret"),
        ({"env_files": [{"path": "/e", "variables": {"A-B": "x"}}]}, "not a name of an environment variable"),
        ({"env_files": [{"path": "/e", "variables": {"A": "x\ry"}}]}, "the value of A holds a NUL"),
        ({"env_files": [{"path": "/e", "variables": {}}], "absent_env_files": ["/e"]}, "is named once"),
    ],
)
def test_refusals(change: dict[str, Any], told: str, tmp_path: Path, capfd: Capture) -> None:
    options = {"directory": f"{tmp_path}/s", "names": [{"name": "app"}], **change}
    assert told in run_module(secrets.main, capfd, **options)["msg"]
    assert list(tmp_path.iterdir()) == []


def test_an_empty_secret_is_never_used(tmp_path: Path, capfd: Capture) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s/app").touch()
    assert "holds no secret" in run_module(secrets.main, capfd, **wanted(tmp_path))["msg"]

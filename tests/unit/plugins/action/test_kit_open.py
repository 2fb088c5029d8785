# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""kit_open: by itself, and at the start of the playbook that brings a lost host back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from ansible.errors import AnsibleActionFail

from ansible_collections.holdfast.host.plugins.action import kit_open as subject
from ansible_collections.holdfast.host.plugins.modules import kit_open as documented
from ansible_collections.holdfast.host.plugins.plugin_utils.kit_seal import seal
from tests.unit.plugins.plugin_utils.test_kit import document
from tests.unit.plugins.plugin_utils.test_kit_seal import PASSWORD

ROOT = Path(__file__).resolve().parents[4]
SECRET = [{"name": name} for name in ("DB", "MAIL", "data_volume", "retired")]


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a kit, with an empty directory to work in."""
    path = tmp_path / "kits/shop.kit"
    path.parent.mkdir()
    path.write_bytes(seal(document(), PASSWORD))
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    return path


def act(kit: Path, **options: Any) -> tuple[dict[str, Any], mock.Mock]:
    """Return the result, and the task."""
    task = mock.Mock(args={"path": str(kit), "password": PASSWORD} | options, async_val=0, no_log=False)
    task.action = "holdfast.host.kit_open"
    action = subject.ActionModule(task, mock.Mock(), mock.Mock(), mock.Mock(), mock.Mock(), None)
    with mock.patch("ansible.plugins.action.ActionBase._make_tmp_path", return_value="/nonexistent"):
        return action.run(None, {}), task


def test_a_kit_is_opened_beside_where_the_run_was_started(kit: Path) -> None:
    result, task = act(kit)
    into = Path.cwd() / "recovered-shop"
    assert (result["changed"], result["directory"], result["files"]) == (
        True,
        str(into),
        ["compose.yaml", "conf/a.bin"],
    )
    assert (result["secrets"], result["names"]) == (document()["secrets"], SECRET)
    assert result["variables"]["preflight_directory"] == str(into)
    assert set(yaml.safe_load(documented.RETURN)) <= set(result)
    assert task.no_log is True
    assert (into / "compose.yaml").read_text(encoding="utf-8") == "services: {}\n"
    again, _ = act(kit)
    assert (again["changed"], again["files"], again["left"]) == (False, [], [])
    (into / "compose.yaml").write_text("services: {mine: {}}\n", encoding="utf-8")
    left, _ = act(kit)
    assert (left["left"], len(left["warnings"])) == (["compose.yaml"], 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"password": ""}, "20 characters or more; none was given"),
        ({"password": "wrong horse battery staple"}, "the password is not that of"),
        ({"path": "nowhere.kit"}, "nowhere.kit: No such file or directory"),
        ({"into": "kits"}, "is not empty, and no kit was opened into it"),
    ],
)
def test_a_refusal_is_to_be_read_and_writes_nothing(kit: Path, options: dict[str, Any], said: str) -> None:
    if options.get("into"):
        options = {"into": str(kit.parent)}
    before = sorted(kit.parents[1].rglob("*"))
    with pytest.raises(AnsibleActionFail, match=f"Recovery kit: .*{said}"):
        act(kit, **options)
    assert sorted(kit.parents[1].rglob("*")) == before


def test_the_documentation_names_every_option() -> None:
    options = yaml.safe_load(documented.DOCUMENTATION)["options"]
    assert {name: option.get("default") for name, option in options.items()} == {
        name: option.get("default") for name, option in subject.SPEC.items()
    }
    assert set(yaml.safe_load(documented.EXAMPLES)[0]["holdfast.host.kit_open"]) <= set(options)


def recover(*options: str, hosts: str = "203.0.113.7,", password: str = PASSWORD) -> str:
    """Run the playbook that a user runs, and return what it said."""
    environment = os.environ | {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCAL_TEMP": str(Path.cwd().parent / "tmp"),
        "HOLDFAST_KIT_PASSWORD": password,
    }
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    command = [program, "holdfast.host.recover", "-i", hosts, *options]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode != 0
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "hosts", "password", "said"),
    [
        ([], "203.0.113.7,", PASSWORD, "name the kit, -e kit="),
        (["-e", "kit=../kits/shop.kit"], "203.0.113.7,203.0.113.8", PASSWORD, "the one bare host that it is for"),
        (["-e", "kit=../kits/shop.kit"], "203.0.113.7,", "wrong horse battery staple", "the password is not that of"),
        (["-e", "kit=../kits/shop.kit"], "203.0.113.7,", "", "none was given"),
    ],
)
def test_a_recovery_is_refused_before_any_host_is_contacted(
    kit: Path, options: list[str], hosts: str, password: str, said: str
) -> None:
    told = recover(*options, hosts=hosts, password=password)
    assert said in told
    assert "unreachable=0" in told
    assert list(Path.cwd().iterdir()) == []
    assert kit.exists()


def test_a_recovery_gives_the_secrets_once_there_is_a_plan_and_then_runs_the_roles_of_a_run() -> None:
    opening, site = yaml.safe_load((ROOT / "playbooks/recover.yml").read_text(encoding="utf-8"))
    assert site["ansible.builtin.import_playbook"] == "holdfast.host.site"
    *_, planned, there, secrets = opening["tasks"]
    assert planned["ansible.builtin.import_role"]["name"] == "holdfast.host.preflight"
    # What nobody tells counts as data.
    assert there["register"] == "__recover_there"
    rule = "{{ __recover_there.rc == 0 and __recover_there.stdout is falsy }}"
    assert secrets["holdfast.host.secrets"]["replace"] == rule

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The kit's action: what it writes, when it writes nothing, and that no value is in what it returns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from ansible_collections.holdfast.host.plugins.action import kit as subject
from ansible_collections.holdfast.host.plugins.module_utils import kit_note
from ansible_collections.holdfast.host.plugins.modules import kit as module
from ansible_collections.holdfast.host.plugins.plugin_utils.kit_gather import defaults
from ansible_collections.holdfast.host.plugins.plugin_utils.kit_seal import unseal
from tests.planning import STACK, planned
from tests.unit.plugins.plugin_utils.test_kit_seal import PASSWORD

Act = Callable[..., dict[str, Any]]


class Site:
    """A controller with a declaration, and a host with secrets, both in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.dest = directory / "kits/shop.kit"
        self.plan = planned(directory, raw=STACK)
        self.secrets = {secret["name"]: f"{secret['name']}-value" for secret in self.plan["secret_files"]["names"]}
        self.note = ""
        self.calls: list[str] = []
        self.variables: dict[str, Any] = defaults() | {
            "inventory_hostname": "www",
            "holdfast_stack": STACK,
            "preflight_stack": trust_as_template("{{ holdfast_stack | default({}) }}"),
            "preflight_provided": trust_as_template("{{ app_secrets | default({}) | list }}"),
            "docker_source": trust_as_template("{{ 'dis' ~ 'tro' }}"),
            "app_secrets": {},
        }

    def on_host(self, name: str, words: dict[str, Any], **_variables: Any) -> dict[str, Any]:
        """Answer as the module does."""
        assert name == "holdfast.host.kit_note"
        self.calls.append(words["step"])
        held = kit_note.Held(secrets=self.secrets, key=b"k" * 32)
        if words["step"] == "note":
            self.note = kit_note.text(words["note"], held)
            return {"changed": True}
        noted = bool(words["note"]) and self.note == kit_note.text(words["note"], held)
        covered = kit_note.covered(self.secrets, words["token"])
        return {"covered": covered, "versions": held.versions(), "noted": noted, "ignored": ["DB~"]}

    def act(self, *, check: bool = False, **options: Any) -> dict[str, Any]:
        """Run the action."""
        given = {"password": PASSWORD, "dest": str(self.dest), "directory": str(self.directory), "plan": self.plan}
        task = mock.Mock(args=given | options, async_val=0, check_mode=check, diff=False)
        task.action = "holdfast.host.kit"
        templar = Templar(loader=DataLoader(), variables=self.variables)
        action = subject.ActionModule(task, mock.Mock(), mock.Mock(), DataLoader(), templar, None)
        temporary = mock.patch("ansible.plugins.action.ActionBase._make_tmp_path", return_value="/nonexistent")
        self.calls.clear()
        with temporary, mock.patch.object(action, "_execute_module", self.on_host):
            result: dict[str, Any] = action.run(None, self.variables)
        return result

    def kit(self) -> dict[str, Any]:
        """Return what was written."""
        return unseal(self.dest.read_bytes(), PASSWORD, "kit")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_check_real_check_real_changed(site: Site) -> None:
    foreseen = site.act(check=True)
    assert (foreseen["changed"], foreseen["changes"], site.dest.parent.exists()) == (
        True,
        ["there is no kit yet"],
        False,
    )
    assert site.act()["changed"]
    first = site.dest.read_bytes()
    document = site.kit()
    assert document["secrets"] == site.secrets
    assert document["variables"] == {"holdfast_stack": STACK, "docker_source": "distro"}
    assert list(document["files"]) == ["compose.yaml"]
    for check in (True, False):
        again = site.act(check=check)
        assert (again["changed"], again["changes"], again["diff"], site.calls) == (False, [], [], ["read"])
    assert site.dest.read_bytes() == first
    name = next(iter(site.secrets))
    site.secrets[name] = "rotated-value"
    changed = site.act()
    assert changed["changes"] == [f"secret {name} is another"]
    assert site.kit()["secrets"][name] == "rotated-value"
    assert site.dest.with_name("shop.kit~").read_bytes() == first


def test_no_value_is_returned(site: Site) -> None:
    site.variables["app_secrets"] = {"MAIL": "mail-value"}
    result = site.act()
    told = json.dumps(result)
    assert [value for value in (*site.secrets.values(), "mail-value", PASSWORD) if value in told] == []
    assert result["warnings"] == ["DB~ is no secret, and is not in the recovery kit"]
    assert site.kit()["given"] == ["MAIL"]
    assert site.kit()["secrets"]["MAIL"] == "mail-value"
    assert set(yaml.safe_load(module.RETURN)) <= set(result)


def test_a_host_that_lost_its_note_is_told_again_of_the_kit_that_is_there(site: Site) -> None:
    site.act()
    first, note, site.note = site.dest.read_bytes(), site.note, ""
    assert site.act()["changed"]
    assert (site.dest.read_bytes(), site.note) == (first, note)


def test_further_variables_win(site: Site) -> None:
    site.act(variables={"docker_source": "docker", "own": 1})
    assert site.kit()["variables"] | {"holdfast_stack": 0} == {"docker_source": "docker", "own": 1, "holdfast_stack": 0}


def test_what_is_refused_is_refused_before_the_host_is_asked(site: Site) -> None:
    with pytest.raises(AnsibleActionFail, match="20 characters or more; this one has 5"):
        site.act(password="short")  # refused
    site.act()
    first = site.dest.read_bytes()
    site.secrets["NEW"] = "new-value"
    for options, said in (
        ({"password": "wrong horse battery staple"}, "It is not written over"),
        ({"dest": str(site.directory)}, "must be a file"),
        ({"directory": f"{site.directory}/nowhere"}, "the file must be there"),
        ({"plan": site.plan | {"name": "other"}}, "is the kit of the stack shop, and not of other"),
    ):
        with pytest.raises(AnsibleActionFail, match=said):
            site.act(**options)
        assert (site.calls, site.dest.read_bytes()) == ([], first)


def test_a_host_without_its_secrets_is_refused_and_foreseen_in_check_mode(site: Site) -> None:
    lost = next(iter(site.secrets))
    del site.secrets[lost]
    with pytest.raises(AnsibleActionFail, match=f"the host has no secret {lost} yet"):
        site.act()
    assert not site.dest.exists()
    assert site.act(check=True)["changed"]


def test_what_the_host_says_is_told(site: Site) -> None:
    with (
        mock.patch.object(site, "on_host", return_value={"failed": True, "msg": "DB is not UTF-8 text"}),
        pytest.raises(AnsibleActionFail, match="Recovery kit: DB is not UTF-8 text"),
    ):
        site.act()
    assert not site.dest.exists()


def test_the_documentation_names_every_option() -> None:
    options = yaml.safe_load(module.DOCUMENTATION)["options"]
    assert {name: option.get("default") for name, option in options.items()} == {
        name: option.get("default") for name, option in subject.SPEC.items()
    }
    assert {name for name, option in options.items() if option.get("required")} == {
        name for name, option in subject.SPEC.items() if option.get("required")
    }
    assert set(yaml.safe_load(module.EXAMPLES)[0]["holdfast.host.kit"]) <= set(subject.SPEC)

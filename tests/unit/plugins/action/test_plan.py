# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The plan action: by itself, and through the playbook that a user runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml

from ansible_collections.holdfast.host.plugins.action.plan import ActionModule
from ansible_collections.holdfast.host.plugins.modules import plan as documented
from tests.planning import COMPOSE, STACK, host, lay, merged

ROOT = Path(__file__).resolve().parents[4]


def _act(directory: Path, stack: dict[str, Any], **options: Any) -> dict[str, Any]:
    given = {"stack": stack, "host": host(), "directory": lay(directory)} | options
    task = mock.Mock(args=given, async_val=0, check_mode=False, diff=False)
    task.action = "holdfast.host.plan"
    action = ActionModule(task, mock.Mock(), mock.Mock(), mock.Mock(), mock.Mock(), None)
    with mock.patch("ansible.plugins.action.ActionBase._make_tmp_path", return_value="/nonexistent"):
        result: dict[str, Any] = action.run(None, {})
    return result


def test_a_plan_is_handed_over_and_nothing_is_changed(tmp_path: Path) -> None:
    result = _act(tmp_path, STACK)
    assert result["changed"] is False
    assert result["plan"]["name"] == "shop"
    assert result["findings"] == []
    assert json.dumps(result["plan"])
    assert set(yaml.safe_load(documented.RETURN)) <= set(result)


def test_a_refusal_tells_every_error_in_its_message(tmp_path: Path) -> None:
    on = host(cgroup={"version": 2, "controllers": ["cpu"]}, arch="armv7l")
    result = _act(tmp_path, merged(STACK, {"servces": {}}), host=on)
    assert result["failed"]
    assert "plan" not in result
    assert result["msg"].startswith("Refused before anything was changed: 2 finding(s).\n1. holdfast_stack.servces")
    assert "2. host.arch" in result["msg"]


def test_the_documentation_names_every_option_and_the_example_is_valid(tmp_path: Path) -> None:
    options = yaml.safe_load(documented.DOCUMENTATION)["options"]
    with mock.patch.object(ActionModule, "validate_argument_spec", side_effect=LookupError) as validate:
        with pytest.raises(LookupError):
            _act(tmp_path, STACK)
        spec = validate.call_args.kwargs["argument_spec"]
    assert set(options) == set(spec)
    assert {name for name, option in options.items() if option.get("required")} == {"stack", "host", "directory"}
    assert all(options[name].get("default") == option.get("default") for name, option in spec.items())
    example = yaml.safe_load(documented.EXAMPLES)[1]
    assert set(example["holdfast.host.plan"]) <= set(options)


def _play(inventory: Path, playbook: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCAL_TEMP": str(inventory / "tmp"),
        "ANSIBLE_REMOTE_TEMP": str(inventory / "tmp"),
    }
    command = [
        str(Path(sys.executable).parent / "ansible-playbook"),
        str(playbook),
        "-i",
        str(inventory),
    ]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """Return an inventory of this machine, whose own system and size decide nothing."""
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "preflight_tier_mode": "warn"}
    (tmp_path / "hosts.yml").write_text(
        yaml.safe_dump({"all": {"hosts": {"here": None}, "vars": local}}), encoding="utf-8"
    )
    (tmp_path / "group_vars").mkdir()
    return tmp_path


def _declare(inventory: Path, stack: dict[str, Any]) -> None:
    text = yaml.safe_dump({"holdfast_stack": stack})
    (inventory / "group_vars/all.yml").write_text(text, encoding="utf-8")


def test_a_broken_inventory_is_refused_with_every_finding_before_anything_else_runs(inventory: Path) -> None:
    lay(inventory, COMPOSE.replace("image: postgres:16", "imagee: postgres:16"))
    _declare(
        inventory, merged(STACK, {"servces": {}, "tier": "enterprize", "stores": {"postgres": {"memory": "much"}}})
    )
    done = _play(inventory, ROOT / "playbooks/plan.yml")
    said = done.stdout + done.stderr
    assert done.returncode == 2
    for part in (
        "Refused before anything was changed",
        "holdfast_stack.servces",
        "did you mean 'services'?",
        "holdfast_stack.stores.postgres.memory",
        "did you mean 'enterprise'?",
        "compose.services.db.imagee",
    ):
        assert part in said, part
    assert "Show the plan" not in said
    assert "changed=0" in said


def test_a_good_declaration_is_planned_in_a_play_and_printed(inventory: Path) -> None:
    lay(inventory)
    _declare(inventory, STACK)
    # This machine is whatever it is: the plan is made for one that is made up.
    task = {"stack": "{{ holdfast_stack }}", "host": host(), "directory": "{{ inventory_dir }}"}
    show = {"msg": "{{ planned.plan.text.splitlines() }}"}
    tasks = [{"holdfast.host.plan": task, "register": "planned"}, {"ansible.builtin.debug": show}]
    play = {"hosts": "all", "gather_facts": False, "tasks": tasks}
    (inventory / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    done = _play(inventory, inventory / "play.yml")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "https://www.example.org/  web" in said
    assert "it adds up" in said
    assert "changed=0" in said

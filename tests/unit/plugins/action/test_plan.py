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
    action = ActionModule(task, mock.Mock(), mock.Mock(remote_user="ops"), mock.Mock(), mock.Mock(), None)
    with mock.patch("ansible.plugins.action.ActionBase._make_tmp_path", return_value="/nonexistent"):
        result: dict[str, Any] = action.run(None, {})
    return result


def test_a_plan_is_handed_over_and_nothing_is_changed(tmp_path: Path) -> None:
    result = _act(tmp_path, STACK)
    assert result["changed"] is False
    assert result["plan"]["name"] == "shop"
    assert [each["path"] for each in result["findings"]] == ["holdfast_stack.backup.repositories"]
    assert json.dumps(result["plan"])
    assert set(yaml.safe_load(documented.RETURN)) <= set(result)


def test_a_refusal_tells_every_error_in_its_message(tmp_path: Path) -> None:
    on = host(cgroup={"version": 2, "controllers": ["cpu"]}, arch="armv7l")
    result = _act(tmp_path, merged(STACK, {"servces": {}}), host=on)
    assert result["failed"]
    assert "plan" not in result
    assert result["msg"].startswith("Refused before anything was changed: 2 finding(s).\n1. holdfast_stack.servces")
    assert "2. host.arch" in result["msg"]


def test_a_plan_to_look_at_is_handed_over_with_what_refuses_it(tmp_path: Path) -> None:
    files = {"plan_file": f"{tmp_path}/plan.json", "picture_file": f"{tmp_path}/plan.svg"}
    result = _act(tmp_path, STACK, host=host(memory_bytes=800_000_000), advise=True, **files)
    assert not result.get("failed")
    assert result["refusal"].startswith("Refused before anything was changed: 2 finding(s).\n1. host.memory")
    assert result["files"] == list(files.values())
    kept = Path(files["plan_file"])
    assert json.loads(kept.read_text(encoding="utf-8"))["refused"]
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "budget.memory" in result["refusal"]


def test_a_plan_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    result = _act(tmp_path, STACK, plan_file=f"{tmp_path}/nowhere/plan.json")
    assert result["failed"]
    assert "No such file or directory" in result["msg"]


def test_a_machine_may_be_typed_in_to_look_at_a_plan_and_for_nothing_else(tmp_path: Path) -> None:
    size = {"cpus": 4, "memory": "8GiB", "disk": "80GiB"}
    seen = _act(tmp_path, STACK, host={}, size=size, advise=True)
    assert seen["plan"]["host"]["cpus"] == 4
    assert seen["refusal"] == ""
    refused = _act(tmp_path, STACK, size=size)
    assert refused["failed"]
    assert "only playbooks/plan.yml" in refused["msg"]


@pytest.mark.parametrize("advise", [True, False])
def test_a_picture_of_an_unknown_kind_is_refused(tmp_path: Path, advise: bool) -> None:
    result = _act(tmp_path, STACK, picture_file="plan.png", advise=advise)
    assert result["failed"]
    assert "preflight_picture_file" in result["msg"]


def test_the_documentation_names_every_option_and_the_example_is_valid(tmp_path: Path) -> None:
    options = yaml.safe_load(documented.DOCUMENTATION)["options"]
    with mock.patch.object(ActionModule, "validate_argument_spec", side_effect=LookupError) as validate:
        with pytest.raises(LookupError):
            _act(tmp_path, STACK)
        spec = validate.call_args.kwargs["argument_spec"]
    assert set(options) == set(spec)
    assert {name for name, option in options.items() if option.get("required")} == {"stack", "directory"}
    assert all(options[name].get("default") == option.get("default") for name, option in spec.items())
    example = yaml.safe_load(documented.EXAMPLES)[1]
    assert set(example["holdfast.host.plan"]) <= set(options)


def _play(inventory: Path, playbook: Path, given: dict[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
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
        *(("-e", json.dumps(given)) if given else ()),
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


def test_a_machine_is_planned_for_without_any_host_being_contacted(inventory: Path) -> None:
    lay(inventory)
    _declare(inventory, merged(STACK, {"services": {"web": {"memory": "512MiB"}}}))
    hosts = {"all": {"hosts": {name: {"ansible_host": "203.0.113.10"} for name in ("one", "two")}}}
    (inventory / "hosts.yml").write_text(yaml.safe_dump(hosts), encoding="utf-8")
    kept = inventory / "kept"
    kept.mkdir()
    size = {"cpus": 2, "memory": "8GiB", "disk": "80GiB"}
    given = {"preflight_size": size, "preflight_picture_file": str(kept / "plan.html"), "preflight_show": False}
    given["preflight_plan_file"] = str(kept / "plan.json")
    done = _play(inventory, ROOT / "playbooks/plan.yml", given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "changed=0" in done.stdout
    assert sorted(path.name for path in kept.iterdir()) == [
        f"plan-{host}.{kind}" for host in ("one", "two") for kind in ("html", "json")
    ]
    assert (kept / "plan-one.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert json.loads((kept / "plan-one.json").read_text(encoding="utf-8"))["recommend"]["verdict"]


def test_a_machine_that_is_too_small_is_told_of_with_what_would_do(inventory: Path) -> None:
    lay(inventory)
    _declare(inventory, STACK)
    done = _play(inventory, ROOT / "playbooks/plan.yml", {"preflight_size": {"cpus": 1, "memory": "700MiB"}})
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    for part in ("too small for the stack", "needs at least", "The next size up", "1. budget.memory"):
        assert part in said, part


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

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The plans and the rendered files of whole systems, kept so that a change of either is read before it is made.

usage: python -m tests.golden.systems      writes them anew (``make golden``)

Below this directory: ``<system>.plan.json`` is the plan, ``<system>/plan.txt`` what is printed of it, and
``<system>/etc/...`` what the roles write on the host.
"""

from __future__ import annotations

import grp
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.holdfast.host.plugins.module_utils.errors import explain
from ansible_collections.holdfast.host.plugins.plugin_utils.planner import Circumstances, make_plan
from tests.planning import disk, host

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SYSTEMS = ("pydotorg", "placement")
# The roles that render what a stack runs with.
ROLES = ("stores", "edge", "app")
# A cloud machine of "8 GB" with a solid disk: the smallest on which both run with room to spare.
HOST = host(mounts=[disk(rotational=False)], software={"docker": "26.1.5", "compose": "2.26.1"})
# Rendered files and the text say the same as these parts, and better.
APART = ("projects", "text", "brief")


def plan_of(system: str) -> dict[str, Any]:
    """Return the whole plan of a system's inventory on the golden host."""
    directory = ROOT / "inventories" / system
    raw = yaml.safe_load((directory / "group_vars/all/stack.yml").read_text(encoding="utf-8"))["holdfast_stack"]
    given = yaml.safe_load((directory / "group_vars/all/secrets.yml").read_text(encoding="utf-8"))["app_secrets"]
    plan, findings = make_plan(raw, HOST, Circumstances(directory=str(directory), provided=sorted(given)))
    if plan is None:
        raise ValueError(f"{system} is refused:\n{explain(findings)}")
    return plan


def _play(role: str, out: Path) -> list[dict[str, Any]]:
    """Return a play that renders a role's templates with the role's own defaults and variables."""
    files = [ROOT / "roles" / role / part / "main.yml" for part in ("defaults", "vars")]
    owner, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    tree = {"root": f"{out}/{{{{ inventory_hostname }}}}", "owner": owner, "group": group}
    return [
        {
            "hosts": "all",
            "gather_facts": False,
            "vars_files": [str(path) for path in files if path.exists()],
            "tasks": [{"holdfast.host.tree": tree}],
        }
    ]


def render(plans: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return what the roles write for each system: text by path, ``<system>/etc/...``. Takes one run of Ansible."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        hosts = {system: {"holdfast_plan": plan} for system, plan in plans.items()}
        inventory = json.dumps({"all": {"hosts": hosts, "vars": local}})
        (work / "hosts.json").write_text(inventory, encoding="utf-8")
        playbooks = []
        for role in ROLES:
            # Templates and lookups are searched for beside the playbook, as within a role.
            playbook = work / role / "play.yml"
            playbook.parent.mkdir()
            (work / role / "templates").symlink_to(ROOT / "roles" / role / "templates")
            playbook.write_text(yaml.safe_dump(_play(role, work / "out")), encoding="utf-8")
            playbooks.append(str(playbook))
        _ansible([*playbooks, "-i", str(work / "hosts.json")], work)
        found = sorted(path for path in (work / "out").rglob("*") if path.is_file())
        return {str(path.relative_to(work / "out")): path.read_text(encoding="utf-8") for path in found}


def _ansible(words: list[str], work: Path) -> None:
    environment = os.environ | {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "ANSIBLE_LOCAL_TEMP": str(work / "tmp"),
        "ANSIBLE_REMOTE_TEMP": str(work / "tmp"),
    }
    program = str(Path(sys.executable).parent / "ansible-playbook")
    done = subprocess.run(
        [program, *words], cwd=work, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


def golden() -> dict[str, str]:
    """Return every golden file: text by path below this directory, the same wherever the checkout lies."""
    plans = {system: plan_of(system) for system in SYSTEMS}
    texts = render(plans)
    for system, plan in plans.items():
        kept = {key: value for key, value in plan.items() if key not in APART}
        texts[f"{system}.plan.json"] = json.dumps(kept, indent=2) + "\n"
        texts[f"{system}/plan.txt"] = plan["text"] + "\n"
    return {path: text.replace(f"{ROOT}/", "") for path, text in texts.items()}


def kept() -> dict[str, str]:
    """Return the golden files that lie here."""
    found = [*HERE.glob("*.plan.json"), *(path for system in SYSTEMS for path in (HERE / system).rglob("*"))]
    return {str(path.relative_to(HERE)): path.read_text(encoding="utf-8") for path in found if path.is_file()}


def write() -> None:
    """Write the golden files, and remove those that are no more."""
    texts = golden()
    for system in SYSTEMS:
        if (HERE / system).exists():
            shutil.rmtree(HERE / system)
    for path, text in texts.items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()

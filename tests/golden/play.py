# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The same rendering by real plays, one a role: slow, and the judge of rendering.py."""

from __future__ import annotations

import grp
import json
import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.golden.rendering import ROLES, ROOT


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
    """Return what the roles write for each plan: text by path, ``<name>/etc/...``. Takes one run of Ansible."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        hosts = {each: {"holdfast_plan": plan} for each, plan in plans.items()}
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

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the roles write for many plans, rendered by the collection's own action in one process instead of many plays.

usage: python -m tests.golden.rendering < plans > texts      both JSON: the plans by name, the texts by path

It is a process of its own, for Ansible's loader of collections takes over the interpreter's. That the texts are those
of a real play is a test's business (tests/unit/test_golden.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = "ansible_collections.holdfast.host.plugins"
# The roles that render what a stack runs with.
ROLES = ("hardening", "firewall", "stores", "edge", "app")


def render(plans: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return what the roles write for each plan: text by path, ``<name>/etc/...``. An absent file is left out."""
    environment = os.environ | {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections"),
        "PYTHONPATH": str(ROOT),
    }
    words = [sys.executable, "-m", "tests.golden.rendering"]
    done = subprocess.run(
        words, env=environment, input=json.dumps(plans), capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    texts: dict[str, str] = json.loads(done.stdout)
    return texts


def _main() -> None:
    init_plugin_loader([str(ROOT / "collections")])
    texts: dict[str, str] = {}
    for name, plan in json.load(sys.stdin).items():
        for role in ROLES:
            texts |= {f"{name}{path}": text for path, text in _role(role, plan).items() if text.strip()}
    json.dump(dict(sorted(texts.items())), sys.stdout)


def _role(role: str, plan: Mapping[str, Any]) -> dict[str, str]:
    # Found by Ansible's loader alone, which stands by now.
    action_module = import_module(f"{PLUGINS}.action.tree").ActionModule
    templates = import_module(f"{PLUGINS}.module_utils.tree").templates
    base, loader = ROOT / "roles" / role, DataLoader()
    variables: dict[str, Any] = {"holdfast_plan": plan, "ansible_search_path": [str(base)], "ansible_check_mode": False}
    for part in ("defaults", "vars"):
        path = base / part / "main.yml"
        variables |= loader.load_from_file(str(path), trusted_as_template=True) if path.exists() else {}
    # The part of the action that renders needs nothing of a task or of a connection.
    action = object.__new__(action_module)
    action._loader = loader
    action._templar = Templar(loader=loader, variables=variables)
    directory = base / "templates"
    found = templates(directory, root="/", only=[], exclude=[])
    return {template.target: action._render(template, directory, variables) for template in found}


if __name__ == "__main__":
    _main()

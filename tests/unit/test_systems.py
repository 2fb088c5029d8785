# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The systems of inventories/ as the lab has them: the same for playbooks and for tests that read the files."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from tests import systems
from tests.golden.systems import SYSTEMS

NAMES = sorted({each.inventory for each in SYSTEMS.values()})
CALLBACK = {"ANSIBLE_LOAD_CALLBACK_PLUGINS": "1", "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}


@pytest.fixture(scope="module")
def told() -> dict[str, dict[str, Any]]:
    """What a playbook finds in the variables of a lab host, by system."""
    words = [
        "ansible",
        "all",
        "-i",
        "".join(f"{name}," for name in NAMES),
        "-c",
        "local",
        "-m",
        "ansible.builtin.debug",
    ]
    words += ["-e", f"@{systems.LAB / 'system.yml'}", "-a", "msg={{ {'stack': holdfast_stack, 'given': app_secrets} }}"]
    words += ["-e", f"preflight_directory={systems.INVENTORIES}/{{{{ inventory_hostname }}}}"]
    done = subprocess.run(words, env=os.environ | CALLBACK, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    # Behind it stands the tally of seconds.
    told, _ = json.JSONDecoder().raw_decode(done.stdout)
    hosts = told["plays"][0]["tasks"][0]["hosts"]
    return {name: each["msg"] for name, each in hosts.items()}


@pytest.mark.parametrize("system", NAMES)
def test_a_playbook_and_a_test_get_the_same(told: dict[str, dict[str, Any]], system: str) -> None:
    assert told[system]["stack"] == systems.declared(system, systems.lab_repositories())
    assert told[system]["given"] == systems.given(system)
    # What a system says of its backups besides their place is kept.
    own = systems.variables(systems.directory(system) / "group_vars/all/stack.yml")["holdfast_stack"]["backup"]
    assert own.pop("repositories"), "each system backs up"
    assert told[system]["stack"]["backup"] == own | {"repositories": systems.lab_repositories()}
    assert systems.declared(system, drill="never")["backup"]["repositories"] == []

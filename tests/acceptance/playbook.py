# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Runs of playbooks, as a user starts them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.acceptance.scenarios import Scenario
from tests.lab.paths import ROOT

_TALLY = re.compile(r"^(\d+) tasks ran, (\d+) changed something, ([\d.]+) s$", re.MULTILINE)
_RECAP = re.compile(r"^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+) ", re.MULTILINE)
_PALE = {"ANSIBLE_FORCE_COLOR": "false", "ANSIBLE_NOCOLOR": "true", "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
LIMIT_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run that ended. seconds: on the wall, the program's start included."""

    code: int
    output: str
    seconds: float

    @property
    def tally(self) -> str:
        """Return the line that counts tasks and seconds."""
        found = _TALLY.search(self.output)
        assert found, f"no tally in:\n{self.output}"
        return found[0]

    @property
    def changed(self) -> dict[str, int]:
        """Return how many tasks changed something, by host, from Ansible's own recap."""
        return {host: int(changed) for host, changed, _, _ in _RECAP.findall(self.output)}


def play(scenario: Scenario, *arguments: str, playbook: str = "site.yml") -> Run:
    """Run a playbook against the scenario's inventory and return what came of it; a failure is for the caller."""
    command = ["ansible-playbook", playbook, "-i", str(scenario.inventory), *arguments]
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | _PALE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=LIMIT_SECONDS, check=False,
    )  # fmt: skip
    return Run(code=done.returncode, output=done.stdout, seconds=time.monotonic() - started)


def well(scenario: Scenario, *arguments: str, playbook: str = "site.yml") -> Run:
    """Run a playbook that must succeed."""
    ended = play(scenario, *arguments, playbook=playbook)
    assert ended.code == 0, f"{' '.join(arguments)}: exit code {ended.code}\n{ended.output}"
    return ended


def instead(declared: Mapping[str, Any], path: Path) -> tuple[str, str]:
    """Return the arguments that put another declaration in the place of the inventory's."""
    path.write_text(json.dumps({"holdfast_stack": declared}), encoding="utf-8")
    return "-e", f"@{path}"

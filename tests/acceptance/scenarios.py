# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The scenarios of molecule/ as the tests see them: which host, which names, and how to get at it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import testinfra

from tests import systems
from tests.lab import hosts, ssh
from tests.lab.paths import KEY, KNOWN_HOSTS, ROOT
from tests.lab.shell import run

BUILD = ROOT / "build" / "molecule"
WATCHER = hosts.find("second")


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenario:
    """One scenario.

    host: of the lab. user: that its inventory logs in as. health: public host name to the path that monitoring asks.
    open_ports: what a stranger may find, TCP. for_the_controller: those of them that are closed to others.
    """

    name: str
    host: str
    health: dict[str, str]
    user: str = "root"
    open_ports: frozenset[int] = frozenset({22, 80, 443})
    for_the_controller: frozenset[int] = frozenset()

    def open_from(self, place: str) -> frozenset[int]:
        """Return what a stranger at a place may find."""
        return self.open_ports if place == "the controller" else self.open_ports - self.for_the_controller

    @property
    def row(self) -> hosts.Host:
        """Return the host's row of the lab's table."""
        return hosts.find(self.host)

    @property
    def inventory(self) -> Path:
        """Return the directory of the inventory."""
        return ROOT / "molecule" / self.name / "inventory"

    @property
    def plan(self) -> dict[str, Any]:
        """Return the plan of the last run that had one."""
        planned: dict[str, Any] = json.loads((BUILD / f"{self.name}.plan.json").read_text(encoding="utf-8"))
        return planned

    @property
    def declared(self) -> dict[str, Any]:
        """Return holdfast_stack as the inventory's file has it, in its order."""
        own = [*self.inventory.glob("group_vars/*/stack.yml")]
        if not own:
            return systems.declared(self.name, systems.lab_repositories())
        declared: dict[str, Any] = systems.variables(own[0])["holdfast_stack"]
        return declared

    def inside(self, *argv: str, stdin: str | None = None) -> str:
        """Return what a command on the host prints, run by the lab's engine and not over SSH."""
        return run(["docker", "exec", "--interactive", self.row.container, *argv], stdin=stdin)

    @cached_property
    def server(self) -> testinfra.host.Host:
        """Return the host over SSH, as root or through sudo like the inventory."""
        return over_ssh(self.row, self.user)


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            name="pydotorg", host="mol-a", health={"www.example.org": "/health", "example.org": "/health"}
        ),
        Scenario(
            name="placement", host="mol-b", health={"api.example.org": "/health", "app.example.org": "/health"}
        ),
        Scenario(
            name="changed",
            host="ubuntu-like",
            user="ops",
            health={"shop.example.org": "/health", "admin.example.org": "/health"},
            open_ports=frozenset({22, 80, 443, 2525}),
            for_the_controller=frozenset({22}),
        ),
    )
}  # fmt: skip


def over_ssh(host: hosts.Host, user: str = "root") -> testinfra.host.Host:
    """Return a lab host over SSH."""
    options = (
        f"-o IdentitiesOnly=yes -o UserKnownHostsFile={KNOWN_HOSTS} -o GlobalKnownHostsFile=/dev/null -o BatchMode=yes"
        # A host's banner is no word of the program that is called.
        " -o LogLevel=ERROR"
    )
    return testinfra.get_host(
        f"ssh://{user}@{host.address}", ssh_identity_file=str(KEY), ssh_extra_args=options, sudo=user != "root"
    )


def shell(host: hosts.Host, script: str, user: str = "root") -> str:
    """Return what a shell script on a lab host prints, over SSH. Raises LabError when it fails."""
    return run([*ssh.command(host, user), "sh", "-eu", "-s"], stdin=script)

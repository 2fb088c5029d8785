# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What runs on a host, in a form that shows whether anything of it was started again."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.acceptance.scenarios import Scenario

# Of a login, not of the host: they come and go with whoever looks.
_LOGINS = re.compile(r"(session-.*\.scope|user@\d+\.service|user-runtime-dir@\d+\.service|.*ssh@.*\.service)")


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container as the engine shows it."""

    project: str
    service: str
    identity: str
    started: str
    created: str
    inspected: dict[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        """Return its variables."""
        return dict(entry.partition("=")[::2] for entry in self.inspected["Config"]["Env"] or ())


def containers(scenario: Scenario) -> list[Container]:
    """Return every container of the host, running or not, in the order in which they were started."""
    names = scenario.inside("docker", "ps", "--all", "--quiet", "--no-trunc").split()
    found = []
    for each in json.loads(scenario.inside("docker", "inspect", *names)) if names else []:
        labels = each["Config"]["Labels"] or {}
        found.append(
            Container(
                project=labels.get("com.docker.compose.project", ""),
                service=labels.get("com.docker.compose.service", ""),
                identity=each["Id"],
                started=each["State"]["StartedAt"],
                created=each["Created"],
                inspected=each,
            )
        )
    return sorted(found, key=lambda container: container.started)


def of_service(scenario: Scenario, service: str) -> list[Container]:
    """Return the containers of a Compose service."""
    return [container for container in containers(scenario) if container.service == service]


def one(scenario: Scenario, service: str) -> Container:
    """Return the one container of a Compose service."""
    found = of_service(scenario, service)
    assert len(found) == 1, f"{service}: {len(found)} containers"
    return found[0]


def identities(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """Return each container's id with its service and the moment it was started."""
    return {each.identity: (each.service, each.started) for each in containers(scenario)}


def units(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """Return each active unit's main process and the moment it became active. Logins are left out."""
    wanted = "--property=Id,ActiveState,MainPID,ActiveEnterTimestampMonotonic"
    found = {}
    for block in scenario.inside("systemctl", "show", "*", wanted).split("\n\n"):
        unit = dict(line.partition("=")[::2] for line in block.splitlines())
        if unit.get("ActiveState") == "active" and not _LOGINS.fullmatch(unit["Id"]):
            found[unit["Id"]] = (unit.get("MainPID", ""), unit["ActiveEnterTimestampMonotonic"])
    return found

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Where a Compose project's containers differ from its files, so that it is brought up only where they do.

``docker compose up`` starts a finished one-shot container again every time; a migration would run with each run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.command import Result, Run
from ansible_collections.holdfast.host.plugins.module_utils.containers import Container


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A service as the project's files have it. image: the id under its name, empty where it was not pulled yet."""

    config_hash: str
    image: str
    replicas: int = 1


def _compose(run: Run, directory: str, *words: str) -> str:
    return _said(run(["docker", "compose", "--project-directory", directory, *words], ""))


def _said(result: Result) -> str:
    if result.status != 0:
        raise ValueError(result.message())
    return result.out


def wanted(run: Run, directory: str) -> dict[str, Wanted]:
    """Return the services of the project in a directory. Raises ValueError with what Compose complains of."""
    services = json.loads(_compose(run, directory, "config", "--format", "json"))["services"]
    hashes = dict(line.split() for line in _compose(run, directory, "config", "--hash", "*").splitlines())
    images = {service["image"] for service in services.values()}
    found = {image: run(["docker", "image", "inspect", "--format", "{{.Id}}", image], "") for image in sorted(images)}
    ids = {image: result.out.strip() if result.status == 0 else "" for image, result in found.items()}
    return {
        name: Wanted(
            config_hash=hashes[name],
            image=ids[service["image"]],
            replicas=(service.get("deploy") or {}).get("replicas", 1),
        )
        for name, service in services.items()
    }


def drift(services: Mapping[str, Wanted], containers: Sequence[Container]) -> list[str]:
    """Return what differs, a line each, by name.

    A container that ended well and is never restarted is as it should be.
    """
    found = [f"{each.name}: not a service any more" for each in containers if each.service not in services]
    for name, service in services.items():
        own = [container for container in containers if container.service == name]
        if len(own) != service.replicas:
            found.append(f"{name}: {len(own)} of {service.replicas} containers")
        for each in own:
            done = each.status == "exited" and each.exit_code == 0 and each.restart == "no"
            if each.config_hash != service.config_hash:
                found.append(f"{each.name}: its definition changed")
            elif each.image != service.image:
                found.append(f"{each.name}: its image changed")
            elif not (each.running or done):
                found.append(f"{each.name}: {each.status}")
    return sorted(found)

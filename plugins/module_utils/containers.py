# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Containers as Docker describes them, found by name or by Compose's labels."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.command import Run

# https://github.com/compose-spec/compose-spec/blob/main/spec.md names the prefix; these are Docker Compose's labels.
PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
ONE_OFF = "com.docker.compose.oneoff"
CONFIG_HASH = "com.docker.compose.config-hash"


class NotThereError(Exception):
    """Docker, or the container that was asked for, is not there (yet)."""


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container.

    status: Docker's word for it. health: empty where the container has no health check. config_hash: Compose's
    fingerprint of the service as it was when the container was made. image: the id of what it runs. started: when it
    was last, in Docker's words.
    """

    id: str
    name: str
    service: str
    status: str
    health: str
    exit_code: int
    restart: str
    address: str
    config_hash: str = ""
    image: str = ""
    started: str = ""

    @property
    def running(self) -> bool:
        """Whether a program can be run inside."""
        return self.status == "running"


def parse(entry: Mapping[str, Any]) -> Container:
    """Return a container from one entry of ``docker inspect``."""
    state = entry["State"]
    networks = (entry.get("NetworkSettings") or {}).get("Networks") or {}
    addresses = [net.get("IPAddress") or net.get("GlobalIPv6Address") for net in networks.values()]
    host = (entry.get("HostConfig") or {}).get("NetworkMode") == "host"
    labels = (entry.get("Config") or {}).get("Labels") or {}
    return Container(
        id=entry["Id"],
        name=entry["Name"].lstrip("/"),
        service=labels.get(SERVICE, ""),
        status=state["Status"],
        health=(state.get("Health") or {}).get("Status", "").replace("none", ""),
        exit_code=state.get("ExitCode", 0),
        restart=((entry.get("HostConfig") or {}).get("RestartPolicy") or {}).get("Name") or "no",
        address="127.0.0.1" if host else next((address for address in addresses if address), ""),
        config_hash=labels.get(CONFIG_HASH, ""),
        image=entry.get("Image", ""),
        started=state.get("StartedAt", ""),
    )


def inspect(run: Run, names: Sequence[str]) -> list[Container]:
    """Return the containers of these names or IDs. Raises NotThereError."""
    result = run(["docker", "inspect", "--type", "container", *names], "")
    if result.status != 0:
        raise NotThereError(result.message())
    return [parse(entry) for entry in json.loads(result.out)]


def of_project(run: Run, project: str, service: str = "") -> list[Container]:
    """Return a project's containers, stopped ones too, one-off ones (``compose run``) not. Raises NotThereError."""
    filters = [f"label={PROJECT}={project}", f"label={ONE_OFF}=False"]
    filters += [f"label={SERVICE}={service}"] if service else []
    arguments = [word for text in filters for word in ("--filter", text)]
    result = run(["docker", "ps", "--all", "--quiet", "--no-trunc", *arguments], "")
    if result.status != 0:
        raise NotThereError(result.message())
    ids = result.out.split()
    # One that went away since it was listed is no error here: Docker describes the others all the same.
    described = run(["docker", "inspect", "--type", "container", *ids], "").out if ids else ""
    return [parse(entry) for entry in json.loads(described or "[]")]


def the_one(run: Run, options: Mapping[str, Any]) -> Container:
    """Return the running container that the options container, or project and service, name.

    Raises NotThereError where none runs, ValueError where several do.
    """
    if options.get("container"):
        found, what = inspect(run, [options["container"]]), f"container {options['container']}"
    else:
        found = of_project(run, options["project"], options["service"])
        what = f"service {options['service']} of project {options['project']}"
    running = [container for container in found if container.running]
    if not running:
        raise NotThereError(f"{what} is not there yet" if not found else f"{what} is {found[0].status}, not running")
    if len(running) > 1:
        raise ValueError(f"{what} has {len(running)} running containers; one is needed")
    return running[0]

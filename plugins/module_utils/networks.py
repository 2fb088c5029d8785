# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Networks of the engine that no Compose project owns: made as wanted, and removed when nobody needs them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.command import Run

LABEL = "holdfast.egress"
BRIDGE = "com.docker.network.bridge.name"


class NetworkError(Exception):
    """The engine refused, or containers stand in the way."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """A bridge network. bridge: its interface on the host. subnet, gateway: None where the engine chooses them."""

    name: str
    bridge: str
    internal: bool
    subnet: str | None = None
    gateway: str | None = None

    def command(self, label: str) -> list[str]:
        """Return the command that makes it."""
        words = ["docker", "network", "create", "--driver=bridge", f"--label={LABEL}={label}"]
        words += ["--internal"] if self.internal else []
        words += [f"--subnet={self.subnet}", f"--gateway={self.gateway}"] if self.subnet else []
        return [*words, f"--opt={BRIDGE}={self.bridge}", self.name]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A network as the engine has it. used: whether a container is on it, running or not."""

    network: Network
    label: str
    used: bool


def parse(inspected: Mapping[str, Any]) -> Found:
    """Return one entry of ``docker network inspect``."""
    config = (inspected["IPAM"].get("Config") or [{}])[0]
    return Found(
        network=Network(
            name=inspected["Name"],
            bridge=(inspected.get("Options") or {}).get(BRIDGE, ""),
            internal=inspected["Internal"],
            subnet=config.get("Subnet"),
            gateway=config.get("Gateway"),
        ),
        label=(inspected.get("Labels") or {}).get(LABEL, ""),
        used=bool(inspected.get("Containers")),
    )


def same(wanted: Network, found: Network) -> bool:
    """Tell whether a network is as wanted; one without a subnet takes any."""
    if wanted.subnet and (wanted.subnet, wanted.gateway) != (found.subnet, found.gateway):
        return False
    return (wanted.bridge, wanted.internal) == (found.bridge, found.internal)


def ask(run: Run, command: Sequence[str]) -> str:
    """Return what a command prints. Raises NetworkError with its complaint."""
    result = run(command, "")
    if result.status:
        raise NetworkError(result.message())
    return result.out


def read(run: Run) -> list[Found]:
    """Return every network of the engine. Raises NetworkError where it does not answer."""
    names = ask(run, ["docker", "network", "ls", "--quiet", "--no-trunc"]).split()
    inspected = json.loads(ask(run, ["docker", "network", "inspect", *names])) if names else []
    return [parse(each) for each in inspected]


def _attached(run: Run, name: str) -> bool:
    """Tell whether a container that does not run would miss a network."""
    return bool(ask(run, ["docker", "ps", "--all", "--quiet", f"--filter=network={name}"]).strip())


def occupied(run: Run, label: str) -> list[Network]:
    """Return the networks of a label that containers are on, running or not. Raises NetworkError."""
    own = [each for each in read(run) if each.label == label]
    return [each.network for each in own if each.used or _attached(run, each.network.name)]


def plan(run: Run, wanted: Sequence[Network], label: str) -> list[list[str]]:
    """Return the commands that bring the engine to the wanted networks. Raises NetworkError.

    A network that is otherwise than wanted is made anew, which containers on it prevent; one that is not wanted goes as
    soon as no container is on it.
    """
    there = {each.network.name: each for each in read(run)}
    commands = []
    for name, found in there.items():
        stale = found.label == label and name not in {each.name for each in wanted}
        if stale and not found.used and not _attached(run, name):
            commands.append(["docker", "network", "rm", name])
    for each in wanted:
        known = there.get(each.name)
        if known and same(each, known.network):
            continue
        if known:
            if known.used or _attached(run, each.name):
                raise NetworkError(f"{each.name} is not as planned, and containers are on it: remove them first")
            commands.append(["docker", "network", "rm", each.name])
        commands.append(each.command(label))
    return commands

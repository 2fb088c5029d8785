# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The bounds of containers: what the engine shows of each, and where that is not as planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.sockets import holds_socket
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.confine import name_of
from ansible_collections.holdfast.host.plugins.module_utils.plan.powers import short_option

# As Compose calls them, by the engine's names.
NAMESPACES = {
    "network_mode": "NetworkMode", "pid": "PidMode", "ipc": "IpcMode", "uts": "UTSMode", "userns_mode": "UsernsMode",
}  # fmt: skip
HINT = "run site.yml again; it replaces a container that was changed by hand"


def parse(inspected: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bounds of one entry of ``docker inspect``, with the keys of render.confined."""
    limits = inspected["HostConfig"]
    sources = [each.get("Source") or "" for each in inspected.get("Mounts") or () if each.get("Type") == "bind"]
    return {
        "privileged": bool(limits.get("Privileged")),
        "read_only": bool(limits.get("ReadonlyRootfs")),
        "user": inspected["Config"].get("User") or "",
        "cap_add": sorted(map(name_of, limits.get("CapAdd") or ())),
        "cap_drop": sorted(map(name_of, limits.get("CapDrop") or ())),
        "security_opt": sorted({short_option(each) for each in limits.get("SecurityOpt") or ()}),
        "pids": limits.get("PidsLimit") or 0,
        "shared": [key for key, name in NAMESPACES.items() if limits.get(name) == "host"],
        "sockets": sorted({each for each in sources if holds_socket(each)}),
    }


def _shown(value: Any) -> str:
    return (", ".join(value) or "nothing") if isinstance(value, list) else str(value)


def _ours(wanted: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    path = f"containers.{wanted['project']}.{wanted['service']}"
    for name, value in wanted["confined"].items():
        live = seen["confined"].get(name)
        if value is not None and live != value:
            yield Finding(path=f"{path}.{name}", value=_shown(live), rule=f"must be {_shown(value)}", hint=HINT)


def differences(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield each bound of our containers that differs; of others, that they are privileged or hold the engine."""
    ours = {(each["project"], each["service"]): each for each in expect["containers"]}
    for each in seen["containers"]:
        wanted = ours.get((each["project"], each["service"]))
        if wanted:
            yield from _ours(wanted, each)
            continue
        path, bounds = f"containers.{each['name']}", each["confined"]
        hint = "it is none of the stack's: stop it, or start it without"
        if bounds.get("privileged"):
            rule = "a privileged container is root on the host"
            yield Finding(path=path, value="privileged", rule=rule, hint=hint, level=WARNING)
        for socket in bounds.get("sockets", ()):
            rule = "whoever holds the engine's socket is root on the host"
            yield Finding(path=path, value=socket, rule=rule, hint=hint, level=WARNING)

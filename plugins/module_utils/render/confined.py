# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the engine must show of a container's bounds, read from its rendered Compose service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.sockets import holds_socket
from ansible_collections.holdfast.host.plugins.module_utils.plan.confine import name_of
from ansible_collections.holdfast.host.plugins.module_utils.plan.powers import short_option

NAMESPACES = ("network_mode", "pid", "ipc", "uts", "userns_mode")


def _source(mount: Any) -> str:
    """Return what a mount of either form takes from the host; a volume's key is no path."""
    return str(mount.get("source") or "") if isinstance(mount, Mapping) else str(mount).partition(":")[0]


def confined(service: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bounds as verify compares them. None: not said, or nothing that the kernel can hold."""
    limits = ((service.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    return {
        "privileged": bool(service.get("privileged")),
        "read_only": bool(service.get("read_only")),
        "user": service.get("user"),
        "cap_add": sorted(map(name_of, service.get("cap_add") or ())),
        "cap_drop": sorted(map(name_of, service.get("cap_drop") or ())),
        "security_opt": sorted({short_option(each) for each in service.get("security_opt") or ()}),
        "pids": limits.get("pids"),
        "shared": [key for key in NAMESPACES if service.get(key) == "host"],
        "sockets": sorted({each for each in map(_source, service.get("volumes") or ()) if holds_socket(each)}),
    }

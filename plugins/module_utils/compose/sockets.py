# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which paths of the host are an engine's socket, or lead to one: whoever holds it starts what containers it likes.

Read-only helps nothing, for a socket is connected to and not written.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Mount

SOCKETS = ("docker.sock", "containerd.sock", "podman.sock", "crio.sock")
# Directories in which one lies, also of an engine without root.
DIRECTORIES = (
    "/",
    "/run",
    "/run/containerd",
    "/run/crio",
    "/run/podman",
    "/run/user",
    "/run/user/*",
    "/run/user/*/podman",
)
# Other names of one place: /var/run is a link to /run, and a process shows the root that it sees.
_SAME = ((re.compile(r"^/proc/[^/]+/root(?=/|$)"), ""), (re.compile(r"^/var/run(?=/|$)"), "/run"))


def holds_socket(path: str) -> bool:
    """Tell whether a path of the host is an engine's socket, or a directory with one."""
    if not path:
        return False
    plain = re.sub("^//", "/", posixpath.normpath(path))
    for alias, name in _SAME:
        plain = alias.sub(name, plain) or "/"
    place = PurePosixPath(plain)
    return place.name in SOCKETS or any(place.match(pattern) for pattern in DIRECTORIES)


def host_path(mount: Mount, volumes: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the path of the host that a mount shows, empty for none. volumes: of the Compose file, by name.

    A volume of the driver ``local`` may be a bind of any path, too.
    """
    if mount.type == "bind":
        return mount.source or ""
    if mount.type != "volume" or mount.source is None:
        return ""
    options = (volumes.get(mount.source) or {}).get("driver_opts") or {}
    device = str(options.get("device") or "")
    return device if device.startswith("/") and "bind" in str(options.get("o") or "").split(",") else ""

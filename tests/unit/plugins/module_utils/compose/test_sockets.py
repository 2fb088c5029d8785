# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Every way in which a path is the engine's socket."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Mount
from ansible_collections.holdfast.host.plugins.module_utils.compose.sockets import holds_socket, host_path

HELD = (
    "/", "/run", "/run/", "/var/run", "/var/run/", "//run", "/run/docker.sock", "/var/run/docker.sock",
    "/srv/../run/docker.sock", "/var/../var/run", "/proc/1/root", "/proc/self/root/var/run/docker.sock",
    "/run/user/1000", "/run/user/1000/docker.sock", "/run/user/1000/podman", "/run/containerd",
    "/var/run/containerd/containerd.sock", "/srv/own/docker.sock",
)  # fmt: skip
OTHERS = (
    "", "/srv", "data", "/var", "/var/runs", "/runs", "/run/udev", "/run/dbus", "/run/user/1000/bus",
    "/proc", "/proc/1", "/srv/run", "/var/lib/docker", "/run/docker.sock.txt",
)  # fmt: skip


@pytest.mark.parametrize(("path", "held"), [*((path, True) for path in HELD), *((path, False) for path in OTHERS)])
def test_where_a_socket_lies(path: str, held: bool) -> None:
    assert holds_socket(path) is held


BOUND = {"type": "none", "o": "ro,bind", "device": "/run"}


@pytest.mark.parametrize(
    ("mount", "volumes", "path"),
    [
        (Mount(type="bind", source="/run", target="/x"), {}, "/run"),
        (Mount(type="volume", source="own", target="/x"), {"own": {"driver_opts": BOUND}}, "/run"),
        (Mount(type="volume", source="own", target="/x"), {"own": {"driver_opts": {**BOUND, "o": "addr=x"}}}, ""),
        (Mount(type="volume", source="own", target="/x"), {"own": {}}, ""),
        (Mount(type="volume", source=None, target="/x"), {}, ""),
        (Mount(type="tmpfs", source=None, target="/run"), {}, ""),
    ],
)
def test_what_a_mount_shows_of_the_host(mount: Mount, volumes: dict[str, Any], path: str) -> None:
    assert host_path(mount, volumes) == path

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Network interfaces and the sockets that wait for traffic, with who holds them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ansible_collections.holdfast.host.plugins.module_utils.host_parse import (
    Socket,
    parse_container_id,
    parse_default_routes,
    parse_sockets,
)
from ansible_collections.holdfast.host.plugins.module_utils.host_tree import Tree
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Link, Listener

_TABLES = (("tcp", "tcp"), ("tcp6", "tcp"), ("udp", "udp"), ("udp6", "udp"))
# How Docker calls a bridge that nobody has given a name: by the first characters of its network.
BRIDGE_PREFIX = "br-"
BRIDGE_OF_DOCKER = re.compile(r"br-[0-9a-f]{12}")
BRIDGE_OPTION = "com.docker.network.bridge.name"
# Runs a program; returns what it printed, or None where it is missing or fails.
Runner = Callable[[Sequence[str]], "str | None"]
# These hold the host's side of a published port for a container.
_PROXIES = frozenset({"docker-proxy", "dockerd"})


def read_links(tree: Tree) -> tuple[Link, ...]:
    """Return the interfaces by name, without loopback and without those that belong to a bridge (containers' ends)."""
    base = "/sys/class/net"
    names = [name for name in tree.names(base) if tree.has(f"{base}/{name}/type") and name != "lo"]
    return tuple(
        Link(name=name, mbps=_mbps(tree, f"{base}/{name}")) for name in names if not tree.has(f"{base}/{name}/brport")
    )


def read_uplinks(tree: Tree) -> tuple[str, ...]:
    """Return the interfaces that a default route leads through, of either version of IP."""
    routes = parse_default_routes(tree.text("/proc/net/route") or "", tree.text("/proc/net/ipv6_route") or "")
    return tuple(routes)


def read_advertised(tree: Tree) -> tuple[str, ...]:
    """Return the interfaces to other machines on which the kernel itself reads routers' advertisements.

    networkd and NetworkManager set 0 on those that they keep, for they read advertisements themselves. What is else may
    be inherited from the default, now or at the next boot. Docker's bridges and tunnels come and go, and do not count.
    """
    ours = ("docker0", *(name for name in tree.names("/sys/class/net") if BRIDGE_OF_DOCKER.fullmatch(name)))
    outward = [link.name for link in read_links(tree) if link.name not in ours and not _is_tunnel(tree, link.name)]
    said = {name: (tree.text(f"/proc/sys/net/ipv6/conf/{name}/accept_ra") or "0").strip() for name in outward}
    return tuple(name for name in outward if said[name] != "0")


def _is_tunnel(tree: Tree, name: str) -> bool:
    # ARPHRD_NONE: it has no addresses of a link (tun, WireGuard).
    return (tree.text(f"/sys/class/net/{name}/type") or "").strip() == "65534"


def read_strangers(tree: Tree, run: Runner) -> tuple[str, ...]:
    """Return the interfaces that are called as Docker calls its bridges, and that Docker does not know.

    Where the engine does not answer, what has the form of its own names counts as its.
    """
    named = [name for name in tree.names("/sys/class/net") if name.startswith(BRIDGE_PREFIX)]
    ids = run(["docker", "network", "ls", "--quiet", "--no-trunc", "--filter=driver=bridge"]) if named else None
    if ids is None:
        return tuple(name for name in named if not BRIDGE_OF_DOCKER.fullmatch(name))
    told = run(["docker", "network", "inspect", f'--format={{{{index .Options "{BRIDGE_OPTION}"}}}}', *ids.split()])
    known = {f"{BRIDGE_PREFIX}{each[:12]}" for each in ids.split()} | set((told or "").split())
    return tuple(name for name in named if name not in known)


def _mbps(tree: Tree, path: str) -> int | None:
    # Virtual interfaces make a speed up (veth and bridges say 10000); a bond adds up what its members negotiated.
    if not tree.has(f"{path}/device") and not tree.has(f"{path}/bonding"):
        return None
    speed = (tree.text(f"{path}/speed") or "").strip()
    return int(speed) if speed.isdigit() and int(speed) > 0 else None


def read_listening(
    tree: Tree,
    names: Mapping[str, str],
    published: Mapping[tuple[str, int], str],
    ssh: frozenset[int] = frozenset(),
) -> tuple[Listener, ...]:
    """Return the waiting sockets by protocol, port and address.

    names: containers' names by id; published: by (protocol, port). ssh: ports at which systemd waits in place of the
    SSH server. Processes of other users stay None without root.
    """
    sockets = [
        socket
        for table, protocol in _TABLES
        for socket in parse_sockets(tree.text(f"/proc/net/{table}") or "", protocol)
    ]
    owners = _owners(tree, {socket.inode for socket in sockets})
    listeners = {_listener(tree, socket, owners.get(socket.inode), names, published) for socket in sockets}
    listeners = {_for_whom(each, ssh) for each in listeners}
    return tuple(sorted(listeners, key=lambda each: (each.protocol, each.port, each.address, each.pid or 0)))


def _for_whom(each: Listener, ssh: frozenset[int]) -> Listener:
    held = each.process == "systemd" and each.protocol == "tcp" and each.port in ssh
    return replace(each, process="sshd") if held else each


def _owners(tree: Tree, inodes: set[str]) -> dict[str, int]:
    """Return the process of each inode; of several that share one, the oldest (lowest id) holds it."""
    wanted = {f"socket:[{inode}]": inode for inode in inodes if inode != "0"}
    owners: dict[str, int] = {}
    for pid in sorted(int(name) for name in tree.names("/proc") if name.isdigit()):
        if len(owners) == len(wanted):
            break
        for descriptor in tree.names(f"/proc/{pid}/fd"):
            inode = wanted.get(tree.target(f"/proc/{pid}/fd/{descriptor}") or "")
            if inode is not None:
                owners.setdefault(inode, pid)
    return owners


def _listener(
    tree: Tree, socket: Socket, pid: int | None, names: Mapping[str, str], published: Mapping[tuple[str, int], str]
) -> Listener:
    process = None if pid is None else (tree.text(f"/proc/{pid}/comm") or "").strip() or None
    identity = None if pid is None else parse_container_id(tree.text(f"/proc/{pid}/cgroup") or "")
    container = names.get(identity, identity[:12]) if identity else None
    if process in _PROXIES:
        container = published.get((socket.protocol, socket.port))
    return Listener(
        protocol=socket.protocol,
        address=socket.address,
        port=socket.port,
        process=process,
        pid=pid,
        container=container,
    )

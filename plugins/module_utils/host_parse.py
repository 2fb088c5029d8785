# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the kernel and the programs print about a host: text in, values out."""

from __future__ import annotations

import ipaddress
import re
import sys
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.host_types import OsRelease
from ansible_collections.holdfast.host.plugins.module_utils.units import KIB

# cgroup v1 writes "no limit" as the largest multiple of the page size below 2^63; nothing real comes near it.
_UNLIMITED = 1 << 62
# Socket states of /proc/net: 0A is LISTEN; a UDP socket that waits for anyone is 07 (unconnected).
_WAITING = {"tcp": "0A", "udp": "07"}


@dataclass(frozen=True, kw_only=True)
class MountLine:
    """One line of mountinfo. dev: "major:minor". root: the directory of the filesystem that is mounted at path."""

    dev: str
    root: str
    path: str
    fstype: str
    source: str
    options: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Socket:
    """One waiting socket of /proc/net. protocol: "tcp" or "udp"."""

    protocol: str
    address: str
    port: int
    inode: str


def parse_os_release(text: str) -> OsRelease:
    """Return what os-release names; absent fields are empty (os-release(5) defaults ID to linux)."""
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    plain = {key.strip(): value.strip().strip("\"'") for key, value in fields.items()}
    return OsRelease(
        id=plain.get("ID", "linux"),
        version=plain.get("VERSION_ID", ""),
        codename=plain.get("VERSION_CODENAME", ""),
        like=tuple(plain.get("ID_LIKE", "").split()),
    )


def parse_meminfo(text: str) -> tuple[int, int]:
    """Return (MemTotal, SwapTotal) in bytes. Raises ValueError where MemTotal is missing."""
    sizes = {name: int(size) * KIB for name, size in re.findall(r"^(\w+):\s+(\d+) kB$", text, re.MULTILINE)}
    if "MemTotal" not in sizes:
        raise ValueError("/proc/meminfo has no MemTotal")
    return sizes["MemTotal"], sizes.get("SwapTotal", 0)


def parse_open_files(text: str) -> int | None:
    """Return the hard limit of open files from a /proc/PID/limits, None where there is none or it is not shown."""
    found = re.search(r"^Max open files\s+\S+\s+(\d+)\s", text, re.MULTILINE)
    return int(found[1]) if found else None


def parse_cpu_list(text: str) -> frozenset[int]:
    """Return the CPU numbers of a kernel list such as 0-3,8. An empty list is empty."""
    numbers: set[int] = set()
    for part in text.strip().split(","):
        if part:
            first, _, last = part.partition("-")
            numbers.update(range(int(first), int(last or first) + 1))
    return frozenset(numbers)


def parse_cpuinfo(text: str) -> tuple[int, float | None]:
    """Return the number of processors and the highest clock in MHz, None where cpuinfo names none (arm64)."""
    clocks = [float(mhz) for mhz in re.findall(r"^cpu MHz\s*:\s*([\d.]+)", text, re.MULTILINE)]
    return len(re.findall(r"^processor\s*:", text, re.MULTILINE)), max(clocks, default=None)


def parse_allowed_cpus(text: str) -> frozenset[int] | None:
    """Return the CPUs that /proc/self/status allows, which is the process' affinity; None where it says nothing."""
    match = re.search(r"^Cpus_allowed_list:\s*(\S+)", text, re.MULTILINE)
    return parse_cpu_list(match[1]) if match else None


def parse_quota(text: str) -> float | None:
    """Return CPUs from "quota period" in microseconds (cpu.max); None for max and for -1, which set no limit."""
    quota, period = text.split()
    return None if quota in ("max", "-1") else int(quota) / int(period)


def parse_memory_limit(text: str) -> int | None:
    """Return bytes from memory.max or memory.limit_in_bytes, None where there is no limit."""
    limit = text.strip()
    return None if limit == "max" or int(limit) >= _UNLIMITED else int(limit)


def parse_memberships(text: str) -> list[tuple[frozenset[str], str]]:
    """Return (controllers, path) of each line of /proc/self/cgroup; version 2 has no controllers in its line."""
    rows = (line.split(":", 2) for line in text.splitlines() if line.count(":") >= 2)
    return [(frozenset(filter(None, controllers.split(","))), path) for _, controllers, path in rows]


def parse_mountinfo(text: str) -> list[MountLine]:
    """Return the mounts of mountinfo, in its order: a later one hides an earlier one at the same path."""
    mounts = []
    for line in text.splitlines():
        left, _, right = line.partition(" - ")
        _, _, dev, root, path, *_ = left.split(" ")
        fstype, source, options = right.split(" ", 2)
        mounts.append(
            MountLine(
                dev=dev,
                root=_unescape(root),
                path=_unescape(path),
                fstype=fstype,
                source=_unescape(source),
                options=frozenset(options.split(",")),
            )
        )
    return mounts


def _unescape(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def parse_sockets(text: str, protocol: str) -> list[Socket]:
    """Return the waiting sockets of a /proc/net table. protocol: "tcp" or "udp"; tcp6 and udp6 look the same."""
    rows = (line.split() for line in text.splitlines()[1:])
    return [
        Socket(protocol=protocol, address=_address(row[1]), port=int(row[1].rpartition(":")[2], 16), inode=row[9])
        for row in rows
        if len(row) > 9 and row[3] == _WAITING[protocol]
    ]


def _address(text: str) -> str:
    # The kernel prints each 32-bit word of the address in the machine's own byte order.
    digits = text.rpartition(":")[0]
    words = [int(digits[start : start + 8], 16) for start in range(0, len(digits), 8)]
    return str(ipaddress.ip_address(b"".join(word.to_bytes(4, sys.byteorder) for word in words)))


def parse_default_routes(ipv4: str, ipv6: str) -> list[str]:
    """Return the interfaces of the default routes, sorted. ipv4: /proc/net/route. ipv6: /proc/net/ipv6_route."""
    nothing = "0" * 8
    rows4 = (line.split() for line in ipv4.splitlines()[1:])
    found = {row[0] for row in rows4 if len(row) > 7 and (row[1], row[7]) == (nothing, nothing)}
    rows6 = (line.split() for line in ipv6.splitlines())
    # The kernel has one of its own through lo, which rejects what has no other way.
    found |= {row[-1] for row in rows6 if len(row) > 9 and row[0] == nothing * 4 and row[1] == "00"} - {"lo"}
    return sorted(found)


def parse_version(text: str) -> str | None:
    """Return the first dotted number of what a program prints: 26.1.5 of 26.1.5+dfsg1. None where there is none."""
    match = re.search(r"\d+(?:\.\d+)+", text)
    return match[0] if match else None


def parse_listen(text: str) -> frozenset[int]:
    """Return the TCP ports of what ``systemctl show --property=Listen`` prints of socket units, which names each."""
    return frozenset(int(port) for port in re.findall(r"^Listen=(?:\S*:)?(\d+) \(Stream\)$", text, re.MULTILINE))


def parse_containers(text: str) -> tuple[dict[str, str], dict[tuple[str, int], str]]:
    """Return the containers' names by id, and by published (protocol, port).

    text: lines of id, name and ports with tabs between, as ``docker ps --no-trunc`` prints them.
    """
    names: dict[str, str] = {}
    published: dict[tuple[str, int], str] = {}
    for line in text.splitlines():
        identity, name, ports = line.split("\t")
        names[identity] = name
        for first, last, protocol in re.findall(r":(\d+)(?:-(\d+))?->[\d-]+/(tcp|udp)", ports):
            published.update({(protocol, port): name for port in range(int(first), int(last or first) + 1)})
    return names, published


def parse_container_id(text: str) -> str | None:
    """Return the container's id that /proc/<pid>/cgroup carries, None for a process of the host."""
    match = re.search(r"docker[-/]([0-9a-f]{64})", text)
    return match[1] if match else None

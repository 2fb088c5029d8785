# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Rules of the CIS Docker Benchmark 1.7 about engine and containers, as questions to ``docker inspect`` and the host.

Numbers and facts are the benchmark's, the words are not. Nothing here knows how the collection decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Inspected = dict[str, Any]
# What Docker gives a container that says nothing (moby, oci/caps/defaults.go).
DEFAULT = frozenset(
    {
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW",
        "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    }
)  # fmt: skip
SENSITIVE = ("/", "/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr")
SOCKETS = ("docker.sock", "containerd.sock")
LOWEST_FREE_PORT = 1024


def capabilities(inspected: Inspected) -> frozenset[str]:
    """Return what a container's root may do: Docker's set, less what is dropped, and what is added."""
    limits = inspected["HostConfig"]
    added, dropped = (
        {each.upper().removeprefix("CAP_") for each in limits[key] or ()} for key in ("CapAdd", "CapDrop")
    )
    return frozenset((set() if "ALL" in dropped else DEFAULT - dropped) | added)


def options(inspected: Inspected) -> list[str]:
    """Return the security options with one separator."""
    return [each.replace("=", ":", 1) for each in inspected["HostConfig"]["SecurityOpt"] or ()]


def bindings(inspected: Inspected) -> list[dict[str, str]]:
    """Return the published ports: HostIp and HostPort."""
    return [each for found in (inspected["HostConfig"]["PortBindings"] or {}).values() for each in found or ()]


def binds(inspected: Inspected) -> list[dict[str, Any]]:
    """Return what is mounted from the host."""
    return [each for each in inspected["Mounts"] if each["Type"] == "bind"]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """number: the benchmark's. ask: whether a container, or the host, passes. needs: of ``docker info``, to ask it."""

    number: str
    what: str
    ask: Callable[[Inspected], bool]
    needs: str = ""


def _rule(number: str, what: str, ask: Callable[[Inspected], bool], needs: str = "") -> Rule:
    return Rule(number=number, what=what, ask=ask, needs=needs)


def host(inspected: Inspected, key: str) -> Any:
    """Return a value of a container's HostConfig."""
    return inspected["HostConfig"].get(key)


CONTAINERS = (
    _rule("4.1", "user is not root", lambda c: c["Config"]["User"].split(":")[0] not in ("", "0", "root")),
    _rule("5.2", "an AppArmor profile", lambda c: c["AppArmorProfile"] not in ("", "unconfined"), "apparmor"),
    _rule("5.4", "no capability that Docker does not give, and not all of those", lambda c: capabilities(c) < DEFAULT),
    _rule("5.4a", "no forged packets", lambda c: "NET_RAW" not in capabilities(c)),
    _rule("5.5", "not privileged", lambda c: not host(c, "Privileged")),
    _rule("5.6", "no directory of the system", lambda c: not [m for m in binds(c) if m["Source"] in SENSITIVE]),
    _rule("5.8", "no port below 1024", lambda c: all(int(b["HostPort"]) >= LOWEST_FREE_PORT for b in bindings(c))),
    _rule("5.10", "a network of its own", lambda c: host(c, "NetworkMode") != "host"),
    _rule("5.11", "a memory limit", lambda c: host(c, "Memory") > 0, "MemoryLimit"),
    _rule("5.12", "a weight of CPU time", lambda c: host(c, "CpuShares") > 0, "CPUShares"),
    _rule("5.13", "its files are read-only", lambda c: bool(host(c, "ReadonlyRootfs"))),
    _rule("5.14", "ports on one address", lambda c: all(b["HostIp"] not in ("", "0.0.0.0", "::") for b in bindings(c))),  # noqa: S104
    _rule("5.15", "restarts five times at most", lambda c: host(c, "RestartPolicy")["Name"] in ("no", "on-failure")),
    _rule("5.16", "processes of its own", lambda c: host(c, "PidMode") != "host"),
    _rule("5.17", "shared memory of its own", lambda c: host(c, "IpcMode") != "host"),
    _rule("5.18", "no device of the host", lambda c: not host(c, "Devices")),
    _rule("5.20", "mounts do not reach the host", lambda c: all(m.get("Propagation") != "shared" for m in c["Mounts"])),
    _rule("5.21", "a name of its own", lambda c: host(c, "UTSMode") != "host"),
    _rule("5.22", "system calls are filtered", lambda c: "seccomp:unconfined" not in options(c)),
    _rule("5.25", "control groups below the engine's", lambda c: not host(c, "CgroupParent")),
    _rule("5.26", "no new privileges", lambda c: "no-new-privileges:true" in options(c)),
    _rule("5.27", "its health is asked", lambda c: "Health" in c["State"]),
    _rule("5.29", "a bound of processes", lambda c: (host(c, "PidsLimit") or 0) > 0, "PidsLimit"),
    _rule("5.30", "not on the default bridge", lambda c: "bridge" not in c["NetworkSettings"]["Networks"]),
    _rule("5.31", "users are not the host's by order", lambda c: host(c, "UsernsMode") != "host"),
    _rule("5.32", "no engine's socket", lambda c: not [m for m in binds(c) if m["Source"].endswith(SOCKETS)]),
)

# The engine, asked by: info (docker info), daemon (daemon.json), command (dockerd's words), files (path to owner,
# group and mode in octal digits).
ENGINE = (
    _rule("2.2", "no traffic on the default bridge", lambda h: h["daemon"].get("icc") is False),
    _rule("2.3", "the log's level is info", lambda h: h["daemon"].get("log-level", "info") == "info"),
    _rule("2.4", "the engine keeps its rules of iptables", lambda h: h["daemon"].get("iptables", True) is True),
    _rule("2.5", "no registry without TLS", lambda h: not h["daemon"].get("insecure-registries")),
    _rule("2.6", "not the driver aufs", lambda h: h["info"]["Driver"] != "aufs"),
    _rule("2.7", "no TCP socket", lambda h: "tcp://" not in h["command"] and "hosts" not in h["daemon"]),
    _rule("2.8", "limits for who says none", lambda h: bool(h["daemon"].get("default-ulimits"))),
    _rule("2.9", "users are mapped", lambda h: any("userns" in each for each in h["info"]["SecurityOptions"])),
    _rule("2.10", "the engine's own control group", lambda h: not h["daemon"].get("cgroup-parent")),
    _rule("2.12", "a plugin decides who may ask", lambda h: bool(h["daemon"].get("authorization-plugins"))),
    _rule("2.13", "logs leave the host", lambda h: h["info"]["LoggingDriver"] not in ("json-file", "local")),
    _rule("2.14", "no new privileges", lambda h: h["daemon"].get("no-new-privileges") is True),
    _rule("2.15", "live restore", lambda h: h["info"]["LiveRestoreEnabled"] is True),
    _rule("2.16", "no userland proxy", lambda h: h["daemon"].get("userland-proxy") is False),
    _rule("2.18", "nothing experimental", lambda h: not h["info"]["ExperimentalBuild"]),
    _rule("5.1", "no swarm", lambda h: h["info"]["Swarm"]["LocalNodeState"] == "inactive"),
)

# Section 3: path, owner, group, and the widest mode.
FILES = (
    ("3.1", "/usr/lib/systemd/system/docker.service", "root", "root", 0o644),
    ("3.3", "/usr/lib/systemd/system/docker.socket", "root", "root", 0o644),
    ("3.5", "/etc/docker", "root", "root", 0o755),
    ("3.15", "/run/docker.sock", "root", "docker", 0o660),
    ("3.17", "/etc/docker/daemon.json", "root", "root", 0o644),
    ("3.19", "/etc/default/docker", "root", "root", 0o644),
    ("3.23", "/run/containerd/containerd.sock", "root", "root", 0o660),
)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The host as it is: one thin reader over the parsers. It changes nothing."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Callable, Sequence

from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.host_cgroup import read_cgroup, read_limits
from ansible_collections.holdfast.host.plugins.module_utils.host_device import read_device
from ansible_collections.holdfast.host.plugins.module_utils.host_disk import Usage, read_mounts
from ansible_collections.holdfast.host.plugins.module_utils.host_net import (
    read_advertised,
    read_links,
    read_listening,
    read_strangers,
    read_uplinks,
)
from ansible_collections.holdfast.host.plugins.module_utils.host_parse import (
    parse_allowed_cpus,
    parse_containers,
    parse_cpu_list,
    parse_cpuinfo,
    parse_listen,
    parse_meminfo,
    parse_mountinfo,
    parse_open_files,
    parse_os_release,
    parse_version,
)
from ansible_collections.holdfast.host.plugins.module_utils.host_running import read_running
from ansible_collections.holdfast.host.plugins.module_utils.host_stack import read_installed, read_projects
from ansible_collections.holdfast.host.plugins.module_utils.host_tree import Tree
from ansible_collections.holdfast.host.plugins.module_utils.host_types import (
    CpuSources,
    Device,
    Host,
    MemorySources,
    Running,
)
from ansible_collections.holdfast.host.plugins.module_utils.kernel_state import MARKS

__all__ = ["Host", "Runner", "look_at", "read_host", "run_program"]

# Runs a program; returns what it printed, or None where it is missing, fails or takes too long.
Runner = Callable[[Sequence[str]], "str | None"]
# A Docker engine that is busy starting answers in a few seconds; one that hangs must not hang the reader.
_TIMEOUT_SECONDS = 10
# A disk that is going answers late, or never.
_PROBE_SECONDS = 20
_CPUS = "/sys/devices/system/cpu"
# Ubuntu's SSH server is started by its socket, which systemd holds (since 22.10).
SSH_SOCKETS = ("systemctl", "show", "ssh.socket", "sshd.socket", "--property=Listen")
# Programs that decide what hardening leaves to them, and where each lies.
PROGRAMS = (
    ("snapd", "/usr/lib/snapd/snapd"),
    ("chrony", "/usr/sbin/chronyd"),
    ("ntp", "/usr/sbin/ntpd"),
    # No program: a bus, for which one is needed.
    ("usb", "/sys/bus/usb/devices"),
)


def run_program(command: Sequence[str]) -> str | None:
    """Return the standard output of ``command``; None where it is missing, fails, or takes more than 10 seconds."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def read_host(root: str = "/", *, run: Runner = run_program, usage: Usage | None = None) -> Host:
    """Return the host whose root directory is ``root``, measured now.

    run: how docker is asked for versions and containers. usage: (total, free) bytes of the filesystem at a path,
    statvfs below ``root`` where it is not given. Raises ValueError where /proc shows no memory or no CPU.
    """
    tree = Tree(root)
    lines = parse_mountinfo(tree.text("/proc/self/mountinfo") or "")
    limits = read_limits(tree, lines)
    memory, swap = parse_meminfo(tree.text("/proc/meminfo") or "")
    cpus = _cpus(tree, limits.cpus, limits.quota)
    engine, software = _software(run)
    containers, published = _containers(run) if engine else ({}, {})
    return Host(
        os=parse_os_release(tree.text("/etc/os-release") or ""),
        arch=platform.machine(),
        kernel=(tree.text("/proc/sys/kernel/osrelease") or "").strip(),
        python=platform.python_version(),
        init="systemd" if tree.is_directory("/run/systemd/system") else "other",
        cpus=float(min(cpus.affinity, cpus.affinity if cpus.quota is None else cpus.quota)),
        cpu_sources=cpus,
        cpu_mhz=_clock(tree),
        memory_bytes=min(memory, memory if limits.memory_bytes is None else limits.memory_bytes),
        memory_sources=MemorySources(meminfo=memory, cgroup=limits.memory_bytes),
        swap_bytes=swap,
        cgroup=read_cgroup(tree, lines),
        mounts=read_mounts(tree, lines, usage or _statvfs(tree)),
        links=read_links(tree),
        listening=read_listening(tree, containers, published, parse_listen(run(SSH_SOCKETS) or "")),
        software=software,
        container=any(tree.has(mark) for mark in MARKS),
        open_files=parse_open_files(tree.text("/proc/1/limits") or ""),
        installed=read_installed(tree),
        running=_running(tree, run) if engine else _without_engine(tree),
        uplinks=read_uplinks(tree),
        advertised=read_advertised(tree),
        strangers=read_strangers(tree, run),
        programs=_programs(tree, run),
    )


def look_at(path: str) -> Device | None:
    """Return the block device at a path, None where there is none."""
    return read_device(Tree(), path, runner(timeout_seconds=_PROBE_SECONDS))


def _cpus(tree: Tree, cpuset: frozenset[int] | None, quota: float | None) -> CpuSources:
    count, _ = parse_cpuinfo(tree.text("/proc/cpuinfo") or "")
    online = parse_cpu_list(tree.text(f"{_CPUS}/online") or "") or frozenset(range(count))
    if not online:
        raise ValueError(f"neither {_CPUS}/online nor /proc/cpuinfo shows a CPU")
    allowed = parse_allowed_cpus(tree.text("/proc/self/status") or "")
    # The kernel's lists name CPUs that may be plugged in later; only those online count.
    usable = online & (online if allowed is None else allowed) & (online if cpuset is None else cpuset)
    return CpuSources(online=len(online), affinity=len(usable) or len(online), quota=quota)


def _clock(tree: Tree) -> float | None:
    names = (name for name in tree.names(_CPUS) if name[3:].isdigit())
    texts = (tree.text(f"{_CPUS}/{name}/cpufreq/cpuinfo_max_freq") for name in names)
    # cpufreq counts in kHz.
    clocks = [int(text) / 1000 for text in texts if text]
    return max(clocks, default=None) or parse_cpuinfo(tree.text("/proc/cpuinfo") or "")[1]


def _statvfs(tree: Tree) -> Usage:
    def usage(path: str) -> tuple[int, int]:
        found = os.statvfs(tree.at(path))
        return found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize

    return usage


def _software(run: Runner) -> tuple[bool, dict[str, str | None]]:
    """Return whether an engine answers, and the versions: of the engine, or of the client where no engine answers.

    The SSH server prints its version among complaints only; its package knows it.
    """
    engine = run(["docker", "version", "--format", "{{.Server.Version}}"])
    docker = run(["docker", "--version"]) if engine is None else engine
    compose = run(["docker", "compose", "version", "--short"]) or run(["docker-compose", "version", "--short"])
    openssh = run(["dpkg-query", "--show", "--showformat=${Version}", "openssh-server"])
    said = {"docker": docker, "compose": compose, "openssh": openssh}
    return engine is not None, {name: parse_version(text or "") for name, text in said.items()}


def _programs(tree: Tree, run: Runner) -> tuple[str, ...]:
    """Return which of the programs are there; the two kinds of sudo answer to one name, and say which they are."""
    # sudo-rs says it among complaints.
    said = run(["sh", "-c", "command -v sudo >/dev/null && sudo --version 2>&1"])
    sudo = () if said is None else ("sudo-rs" if "sudo-rs" in said else "sudo",)
    return (*sudo, *sorted({name for name, path in PROGRAMS if tree.has(path)}))


def _running(tree: Tree, run: Runner) -> tuple[Running, ...] | None:
    return read_running(run, read_projects(tree))


def _without_engine(tree: Tree) -> tuple[Running, ...] | None:
    """Return that nothing runs where no run has ever been; else it is not known: another user may be answered."""
    return None if tree.is_directory("/etc/holdfast") else ()


def _containers(run: Runner) -> tuple[dict[str, str], dict[tuple[str, int], str]]:
    return parse_containers(run(["docker", "ps", "--no-trunc", "--format", "{{.ID}}\t{{.Names}}\t{{.Ports}}"]) or "")

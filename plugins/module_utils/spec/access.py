# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who gets into the machine, and which of its doors are looked after."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import (
    PORT,
    SECONDS,
    SIZE,
    Choice,
    Flag,
    ListOf,
    Text,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.networks import NETWORK
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section, key


@dataclass(frozen=True, kw_only=True)
class Open:
    """A port of a program of the host itself, which is no part of the stack, that others may reach."""

    port: int = key(PORT, "the host's port", example="51820")
    protocol: str = key(Choice(choices=("tcp", "udp")), "the protocol", default="tcp", example="udp")
    sources: tuple[str, ...] = key(
        ListOf(entry=NETWORK), "who may reach it; everybody where nothing is said", default=(), example="[203.0.113.7]"
    )
    why: str = key(
        Text(accepts="one line of text without quotes", pattern=r"[^\"\n\\]{1,80}"),
        "what answers there, for whoever reads the rules",
        example="WireGuard",
    )


@dataclass(frozen=True, kw_only=True)
class Access:
    """How people and the controller log in."""

    root: str = key(
        Choice(choices=("key", "never")),
        "how root logs in over SSH",
        default="key",
        example="never",
    )
    forwarding: bool = key(
        Flag(), "let those who log in forward ports, sockets and agents through SSH", default=False, example="true"
    )
    ssh_from: tuple[str, ...] = key(
        ListOf(entry=NETWORK), "from where SSH is let in, without a limit; from everywhere, "
        "within a limit for each address, where nothing is said", default=(),
        example="[203.0.113.0/24, 2001:db8::/32]",
    )  # fmt: skip
    admin_from: tuple[str, ...] = key(
        ListOf(entry=NETWORK), "from where routes with admin: true are let in; everybody else gets 403", default=(),
        example="[203.0.113.7]",
    )  # fmt: skip
    proxies: tuple[str, ...] = key(
        ListOf(entry=NETWORK),
        "load balancers or a CDN through which others' requests come: the address that they tell (X-Forwarded-For) is "
        "taken for the client's",
        default=(),
        example="[198.51.100.0/24]",
    )
    ssh_ports: tuple[int, ...] = key(
        ListOf(entry=PORT), "the ports on which the SSH server listens", default=(22,), example="[22, 2222]"
    )
    open: tuple[Open, ...] = key(
        ListOf(entry=Section(shape=Open)), "ports of other programs of the host that stay reachable", default=(),
        example="[{port: 51820, protocol: udp, why: WireGuard}]",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Hardening:
    """Which concerns of the machine's security are looked after; each can be left to somebody else."""

    sshd: bool = key(Flag(), "the settings of the SSH server", default=True, example="false")
    firewall: bool = key(Flag(), "packets from outside reach declared ports alone", default=True, example="false")
    kernel: bool = key(Flag(), "the kernel values that security alone asks for", default=True, example="false")
    modules: bool = key(Flag(), "kernel modules that stay out", default=True, example="false")
    usb: bool = key(Flag(), "USB devices that are plugged in later", default=True, example="false")
    mounts: bool = key(Flag(), "no programs in /tmp, /dev/shm and /dev", default=True, example="false")
    login: bool = key(Flag(), "passwords, locks after guesses, umask, su, core dumps", default=True, example="false")
    sudo: bool = key(Flag(), "sudo's terminal, log and memory", default=True, example="false")
    banners: bool = key(Flag(), "what is shown at a login", default=True, example="false")
    modes: bool = key(Flag(), "modes of the system's own files; who plans commands", default=True, example="false")
    journal: bool = key(Flag(), "the journal, kept and bounded", default=True, example="false")
    audit: bool = key(Flag(), "the kernel's audit", default=True, example="false")
    upgrades: bool = key(Flag(), "security updates by themselves", default=True, example="false")
    bans: bool = key(Flag(), "who guesses is kept out", default=True, example="false")
    clock: bool = key(Flag(), "the clock", default=True, example="false")
    apparmor: bool = key(Flag(), "AppArmor's profiles", default=True, example="false")
    integrity: bool = key(Flag(), "what changed of programs and configuration", default=True, example="false")
    keep_modules: tuple[str, ...] = key(
        ListOf(entry=Text(accepts="a kernel module's name", pattern=r"[a-z0-9][\w-]*")),
        "kernel modules that may be loaded all the same",
        default=(),
        example="[usb-storage]",
    )


@dataclass(frozen=True, kw_only=True)
class AccessLog:
    """The edge's log of requests."""

    keep: float | None = key(
        SECONDS,
        "how long a request's line is kept, as far as the room allows; as logs.keep where nothing is said",
        default=None,
        example="365d",
    )
    disk: int | None = key(
        SIZE, "how much of the disk it may take; the oldest lines go first", default=None, example="20GiB"
    )


@dataclass(frozen=True, kw_only=True)
class Logs:
    """The machine's own logs."""

    keep: float | None = key(
        SECONDS,
        "how long the journal and the logs of sudo and audit are kept, as far as their bounds allow; 90 days where "
        "nothing is said",
        default=None,
        example="365d",
    )
    access: AccessLog = key(
        Section(shape=AccessLog), "the edge's log of requests", default=AccessLog(), example="{disk: 20GiB}"
    )

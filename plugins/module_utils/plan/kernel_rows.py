# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who wants which kernel value: rows of data, merged by tune_kernel. Names as sysctl(8) writes them.

Sources: the kernel's Documentation/admin-guide/sysctl and networking/ip-sysctl; Docker's manual, "Packet filtering";
redis.io, "Redis administration"; the PostgreSQL manual, "Managing Kernel Resources".

Left out on purpose: fs.file-max and fs.nr_open, which systemd raises to their bounds at boot; kernel.threads-max, which
the kernel sizes by RAM.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.units import KIB, MIB

# A need: without it the owner does not work. A policy: what keeps the machine closed. Tuning: what makes it better.
NEED, POLICY, TUNING = 3, 2, 1
# Of two rows as strong as each other, the one of the earlier owner wins.
OWNERS = ("security", "docker", "redis", "network", "edge", "postgres")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One wish: name, value, why, whose (one of OWNERS), and how strong it is."""

    name: str
    value: str
    reason: str
    owner: str
    strength: int


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What values are sized from. memory_bytes; rotational: whether the data's disk spins; mbps: the fastest link.

    stores: the kinds that are declared. forks: whether Redis persists. ports: those that are published. secured:
    whether security is asked. advertised: whether the kernel itself reads advertisements of IPv6 on an interface to
    other machines, which may be the machine's way to the world.
    """

    memory_bytes: int
    rotational: bool = False
    mbps: int = 1000
    stores: frozenset[str] = frozenset()
    forks: bool = False
    ports: tuple[int, ...] = ()
    secured: bool = True
    advertised: bool = False


SECURITY = (
    ("net.ipv4.ip_forward", "0", "a machine that is no router forwards nothing", POLICY),
    ("net.ipv4.tcp_syncookies", "1", "a flood of half-open connections locks nobody out", POLICY),
    # The larger of all and the interface's own counts, so this holds for interfaces that come later.
    ("net.ipv4.conf.all.rp_filter", "2", "loose: no made-up source, yet answers may take another way", POLICY),
    ("net.ipv4.conf.default.rp_filter", "2", "loose, for interfaces that come later", POLICY),
    ("net.ipv4.conf.all.accept_redirects", "0", "nobody else says where packets go", POLICY),
    ("net.ipv4.conf.default.accept_redirects", "0", "nobody else says where packets go", POLICY),
    ("net.ipv4.conf.all.secure_redirects", "0", "nobody else says where packets go", POLICY),
    ("net.ipv4.conf.default.secure_redirects", "0", "nobody else says where packets go", POLICY),
    ("net.ipv4.conf.all.send_redirects", "0", "containers' network is nobody else's gateway", POLICY),
    ("net.ipv4.conf.default.send_redirects", "0", "containers' network is nobody else's gateway", POLICY),
    ("net.ipv4.conf.all.accept_source_route", "0", "a sender does not choose the way", POLICY),
    ("net.ipv4.conf.default.accept_source_route", "0", "a sender does not choose the way", POLICY),
    ("net.ipv6.conf.all.accept_redirects", "0", "nobody else says where packets go", POLICY),
    ("net.ipv6.conf.default.accept_redirects", "0", "nobody else says where packets go", POLICY),
    ("net.ipv6.conf.all.accept_source_route", "0", "a sender does not choose the way", POLICY),
    ("net.ipv6.conf.default.accept_source_route", "0", "a sender does not choose the way", POLICY),
    ("net.ipv4.icmp_echo_ignore_broadcasts", "1", "no part in floods against others", POLICY),
    ("net.ipv4.tcp_rfc1337", "1", "a late reset does not end another connection", POLICY),
    ("fs.protected_hardlinks", "1", "no link to a file of somebody else's", POLICY),
    ("fs.protected_symlinks", "1", "no foreign link is followed in a shared directory", POLICY),
    ("fs.protected_fifos", "2", "no foreign pipe is opened in a shared directory", POLICY),
    ("fs.protected_regular", "2", "no foreign file is opened in a shared directory", POLICY),
    ("kernel.kptr_restrict", "2", "addresses of the kernel are for nobody", POLICY),
    ("kernel.dmesg_restrict", "1", "the kernel's log is for root", POLICY),
    ("kernel.randomize_va_space", "2", "addresses cannot be guessed", POLICY),
    ("kernel.yama.ptrace_scope", "1", "a process traces its own children alone", POLICY),
    ("kernel.unprivileged_bpf_disabled", "1", "programs in the kernel are for root", POLICY),
    ("net.core.bpf_jit_harden", "2", "a program in the kernel cannot bring code of its own", POLICY),
    ("kernel.perf_event_paranoid", "3", "who measures the kernel learns its secrets: root alone", POLICY),
    ("kernel.sysrq", "0", "nobody at the console ends the machine by a key", POLICY),
    ("kernel.core_uses_pid", "1", "one core dump does not overwrite another", POLICY),
    ("kernel.ctrl-alt-del", "0", "nobody at the console ends the machine by a key", POLICY),
    ("fs.suid_dumpable", "0", "a program with more rights leaves no memory behind", POLICY),
    ("dev.tty.ldisc_autoload", "0", "nobody loads a terminal's driver by opening it", POLICY),
    ("dev.tty.legacy_tiocsti", "0", "nobody types into another's terminal", POLICY),
    ("net.ipv4.conf.all.log_martians", "1", "packets from where nobody can be are told of", POLICY),
    ("net.ipv4.conf.default.log_martians", "1", "packets from where nobody can be are told of", POLICY),
    ("net.ipv4.conf.all.bootp_relay", "0", "the machine hands on no other's requests", POLICY),
    ("net.ipv4.conf.all.proxy_arp", "0", "the machine answers for no other", POLICY),
    ("net.ipv4.icmp_ignore_bogus_error_responses", "1", "broken answers do not fill the log", POLICY),
)
# Forwarding of IPv6 is left alone: Docker turns it on by itself for its first network of IPv6, also one made by hand.
UNLESS_ADVERTISED = (
    ("net.ipv6.conf.all.accept_ra", "0", "the kernel takes no router from an advertisement", POLICY),
    ("net.ipv6.conf.default.accept_ra", "0", "nor on interfaces that come later, containers' among them", POLICY),
)
DOCKER = (
    ("net.ipv4.ip_forward", "1", "containers are reached by forwarding", NEED),
    ("net.bridge.bridge-nf-call-iptables", "1", "packets between containers meet the firewall", NEED),
    ("vm.overcommit_memory", "0", "programs reserve far more than they use: with 2 they would fail", TUNING),
    ("kernel.pid_max", "4194304", "every thread of every container has a number", TUNING),
    ("fs.inotify.max_user_instances", "1024", "all containers of one user share them", TUNING),
    ("kernel.panic", "10", "a machine that stands still starts again", TUNING),
    ("kernel.panic_on_oops", "1", "a kernel in an unknown state writes no data", TUNING),
    ("vm.panic_on_oom", "0", "one container's memory is not the machine's end", TUNING),
)
NETWORK = (
    ("net.core.somaxconn", "4096", "a burst of connections waits instead of being refused", TUNING),
    ("net.ipv4.ip_local_port_range", "15000 60999", "connections to upstreams do not run out of ports", TUNING),
    ("net.ipv4.tcp_keepalive_time", "600", "below the idle time of clouds' firewalls", TUNING),
    ("net.ipv4.tcp_keepalive_intvl", "30", "a lost peer is known after two more minutes", TUNING),
    ("net.ipv4.tcp_keepalive_probes", "5", "a lost peer is known after two more minutes", TUNING),
    ("net.ipv4.tcp_fin_timeout", "30", "closed connections leave sooner", TUNING),
    ("net.ipv4.tcp_slow_start_after_idle", "0", "a kept connection stays fast after a pause", TUNING),
    ("net.ipv4.tcp_mtu_probing", "1", "a path that swallows large packets is found out", TUNING),
)


def _fixed(owner: str, table: tuple[tuple[str, str, str, int], ...]) -> list[Row]:
    return [Row(name=name, value=value, reason=why, owner=owner, strength=much) for name, value, why, much in table]


def _between(value: int, least: int, most: int) -> int:
    return max(least, min(most, value))


def _sized(machine: Machine) -> list[Row]:
    memory, fast = machine.memory_bytes, machine.mbps >= 10_000
    disk, background, most = ("a disk", 64, 256) if machine.rotational else ("an SSD", 256, 1024)
    early = _between(memory // 64, 16 * MIB, background * MIB) // MIB * MIB
    late = _between(memory // 16, 64 * MIB, most * MIB) // MIB * MIB
    watches = _between(memory // (16 * KIB), 65_536, 1_048_576)
    tracked = _between(memory // (32 * KIB), 65_536, 1_048_576)
    waiting = _between(memory // MIB, 1024, 8192)
    rows = (
        ("postgres", "vm.swappiness", "10", "stores' memory goes to swap last"),
        ("postgres", "vm.dirty_background_bytes", str(early), f"{disk} begins to write early, in small parts"),
        ("postgres", "vm.dirty_bytes", str(late), "a checkpoint does not stop the machine"),
        ("docker", "fs.inotify.max_user_watches", str(watches), "1 for each 16 KiB of RAM"),
        ("docker", "net.netfilter.nf_conntrack_max", str(tracked), "1 for each 32 KiB of RAM: about 1 % of it"),
        ("edge", "net.ipv4.tcp_max_syn_backlog", str(waiting), "handshakes under way: 1 for each MiB of RAM"),
        (
            "network",
            "net.core.netdev_max_backlog",
            "16384" if fast else "4096",
            f"packets of a burst at {machine.mbps} Mbps",
        ),
        ("network", "net.core.netdev_budget", "600" if fast else "300", f"packets in one round at {machine.mbps} Mbps"),
    )
    return [Row(name=name, value=value, reason=why, owner=who, strength=TUNING) for who, name, value, why in rows]


def _of_stores(machine: Machine) -> list[Row]:
    rows = []
    if machine.forks:
        rows.append(("redis", "vm.overcommit_memory", "1", "a fork for a snapshot must not be refused", NEED))
    if "postgres" in machine.stores:
        rows.append(("postgres", "vm.overcommit_memory", "2", "its manual prefers a failed query to a kill", TUNING))
    if machine.stores & {"search", "vectors"}:
        rows.append(("docker", "vm.max_map_count", "1048576", "a search store maps its files", TUNING))
    reserved = ",".join(str(port) for port in sorted(set(machine.ports)) if 15_000 <= port <= 60_999)
    if reserved:
        why = "published: no outgoing connection takes them first"
        rows.append(("network", "net.ipv4.ip_local_reserved_ports", reserved, why, TUNING))
    return [
        Row(name=name, value=value, reason=why, owner=who, strength=strength)
        for who, name, value, why, strength in rows
    ]


def _secured(machine: Machine) -> list[Row]:
    if not machine.secured:
        return []
    return [*_fixed("security", SECURITY), *([] if machine.advertised else _fixed("security", UNLESS_ADVERTISED))]


def rows(machine: Machine) -> list[Row]:
    """Return every wish for a machine, those that lose included."""
    fixed = [*_secured(machine), *_fixed("docker", DOCKER), *_fixed("network", NETWORK)]
    return [*fixed, *_sized(machine), *_of_stores(machine)]

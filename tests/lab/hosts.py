# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The hosts of the lab: a table, and what the engine must be told to start one of its rows."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

LABEL = "org.holdfast.lab"
NETWORK = "holdfast-lab"
SUBNET = "172.30.213.0/24"
SUBNET6 = "fd00:213::/64"
REGISTRY_ADDRESS = "172.30.213.2"
REGISTRY_NAME = "registry.example.org"
GIB_IN_KIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Host:
    """A row of the table.

    address: in the lab's network. image: of the catalogue; it decides what system the host seems to run.
    memory_kib: shown in /proc/meminfo, the machine's own where None. cpuset: as Docker writes it, all CPUs where empty.
    """

    name: str
    address: str
    image: str = "host"
    memory_kib: int | None = None
    cpuset: str = ""

    @property
    def address6(self) -> str:
        """The IPv6 address: the same last number."""
        return SUBNET6.partition("/")[0] + self.address.rpartition(".")[2]

    @property
    def container(self) -> str:
        """The name of the container."""
        return f"holdfast-lab-{self.name}"

    @property
    def volumes(self) -> dict[str, str]:
        """Volume names and where they are mounted: overlay file systems cannot be stacked on the container's own."""
        return {
            f"{self.container}-docker": "/var/lib/docker",
            f"{self.container}-containerd": "/var/lib/containerd",
        }


HOSTS: dict[str, Host] = {
    host.name: host
    for host in (
        Host(name="demo-pydotorg", address="172.30.213.11"),
        Host(name="demo-placement", address="172.30.213.12"),
        Host(name="bare", address="172.30.213.13"),
        Host(name="tiny", address="172.30.213.14", memory_kib=GIB_IN_KIB, cpuset="0"),
        Host(name="second", address="172.30.213.15"),
        Host(name="mol-a", address="172.30.213.21"),
        Host(name="mol-b", address="172.30.213.22"),
        Host(name="mol-c", address="172.30.213.23"),
        Host(name="ubuntu-like", address="172.30.213.24", image="host_ubuntu_like"),
        Host(name="legacy", address="172.30.213.25", image="host_legacy"),
        Host(name="guarded", address="172.30.213.26"),
        Host(name="contained", address="172.30.213.33"),
        Host(name="hardened", address="172.30.213.31"),
        Host(name="hardened-stock", address="172.30.213.32"),
        Host(name="egress", address="172.30.213.34"),
        Host(name="outside", address="172.30.213.35"),
        Host(name="vault", address="172.30.213.36", image="vault"),
    )
}

# Every capability beyond Docker's default set that an ordinary machine's root has, but for these:
# SYS_RESOURCE is missing on some machines that run the lab, and asking for it would keep the host from starting;
# SYS_MODULE, SYS_RAWIO and SYS_TIME would reach past the container into the machine's kernel, memory and clock;
# BPF, PERFMON and CHECKPOINT_RESTORE are parts of SYS_ADMIN that older engines do not know by name.
CAPABILITIES = (
    "AUDIT_CONTROL", "AUDIT_READ", "BLOCK_SUSPEND", "DAC_READ_SEARCH", "IPC_LOCK", "IPC_OWNER", "LEASE",
    "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "NET_ADMIN", "NET_BROADCAST", "SYSLOG", "SYS_ADMIN", "SYS_BOOT",
    "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_TTY_CONFIG", "WAKE_ALARM",
)  # fmt: skip


def find(name: str) -> Host:
    """Return a row of the table. Raises ValueError that names the nearest one."""
    if name in HOSTS:
        return HOSTS[name]
    close = difflib.get_close_matches(name, HOSTS, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(HOSTS)}"
    raise ValueError(f"there is no lab host {name!r}; {hint}")


def admitting(public_key: str) -> str:
    """Return the variable of a host's container that holds the line of the key that may log in."""
    return f"LAB_KEY={public_key.strip()}"


def run_arguments(host: Host, *, image: str, public_key: str, dns: Sequence[str], ipv6: bool) -> list[str]:
    """Return the arguments of ``docker run`` that boot a host from ``image``, a reference the engine knows."""
    words = ["--detach", "--tty", "--name", host.container, "--hostname", host.name, "--label", f"{LABEL}=1"]
    words += [f"--cap-add={capability}" for capability in CAPABILITIES]
    words += [f"--security-opt={option}=unconfined" for option in ("seccomp", "apparmor", "systempaths")]
    words += ["--device-cgroup-rule=a *:* rwm", "--cgroupns=private", "--tmpfs=/run", "--tmpfs=/run/lock"]
    words += [f"--volume={volume}:{target}" for volume, target in host.volumes.items()]
    words += [f"--network={NETWORK}", f"--ip={host.address}", f"--add-host={REGISTRY_NAME}:{REGISTRY_ADDRESS}"]
    words += [f"--ip6={host.address6}"] if ipv6 else []
    words += ["--env=container=docker", f"--env={admitting(public_key)}", f"--env=LAB_DNS={' '.join(dns)}"]
    if host.memory_kib is not None:
        words += [f"--env=LAB_MEMORY_KIB={host.memory_kib}"]
    words += [f"--cpuset-cpus={host.cpuset}"] if host.cpuset else []
    return [*words, image]

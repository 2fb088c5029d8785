# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What each container may do: its capabilities, its user, what it can write, and how many processes it may have.

Sources: CIS Docker Benchmark 1.7, section 5; moby's oci/caps/defaults.go for Docker's own set of capabilities;
capabilities(7) for what each of them allows; the entry points of the official images.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Service
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import POOLER_UID, STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.tune_nginx import workers

ALL = "ALL"
NO_NEW_PRIVILEGES = "no-new-privileges"

# Of Docker's own set, what the application's services keep: who starts as root needs it to stop being root.
KEPT: Mapping[str, str] = {
    "CHOWN": "entry points give their data to the user that they become",
    "DAC_OVERRIDE": "an entry point that is root writes where that user owns the files",
    "FOWNER": "it sets modes of files that it gave away",
    "FSETID": "it sets the mode of a shared directory without losing its set-group-ID bit",
    "KILL": "a master that is root ends workers that are not",
    "NET_BIND_SERVICE": "ports below 1024; a program whose file carries it does not start without it",
    "SETGID": "gosu, su-exec and setpriv take another group",
    "SETPCAP": "setpriv gives capabilities up for good, as Redis's entry point does",
    "SETUID": "gosu, su-exec and setpriv become another user",
}
# And what they lose, unless their Compose service asks for it by cap_add.
DROPPED: Mapping[str, str] = {
    "AUDIT_WRITE": "writes into the host's audit log; only logins by PAM do that",
    "MKNOD": "makes device files",
    "NET_RAW": "forges packets on the container's networks: ARP, other containers' addresses",
    "SETFCAP": "gives capabilities to files, which is done when an image is built",
    "SYS_CHROOT": "a step on known ways out of a container, and of no use without root",
}
# A user that is not root holds none of them; but the kernel refuses to start a program whose file carries one that the
# container has not, and this is the one that files carry (caddy, traefik and others set it when they are built).
KEPT_WITHOUT_ROOT = ("NET_BIND_SERVICE",)


@dataclass(frozen=True, kw_only=True)
class Managed:
    """How a container of an image that is known runs; everything else is taken from it, and its files are read-only.

    user: uid:gid, empty for root. caps: capability to reason. tmpfs: path to mount options. writes: paths on a disk.
    why: where that was read.
    """

    why: str
    user: str = ""
    caps: Mapping[str, str] = field(default_factory=dict)
    tmpfs: Mapping[str, str] = field(default_factory=dict)
    writes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as a JSON-able dict."""
        return {**vars(self), "caps": dict(self.caps), "tmpfs": dict(self.tmpfs), "writes": list(self.writes)}

    def as_compose(self) -> dict[str, Any]:
        """Return the keys of a Compose service."""
        return {
            "cap_drop": [ALL],
            "read_only": True,
            "tmpfs": [f"{path}:{options}" for path, options in self.tmpfs.items()],
            **({"cap_add": list(self.caps)} if self.caps else {}),
            **({"user": self.user} if self.user else {}),
        }


def _ids(kind: str) -> str:
    return f"{STORES[kind].uid}:{STORES[kind].uid}"


_OWN = f"mode=0755,uid={STORES['postgres'].uid},gid={STORES['postgres'].uid}"
# What lies in a tmpfs counts as the container's memory: each is as small as its use.
MANAGED: Mapping[str, Managed] = {
    "postgres": Managed(
        user=_ids("postgres"),
        tmpfs={"/var/run/postgresql": f"size=1m,{_OWN}", "/tmp": "size=8m,mode=1777"},  # noqa: S108
        writes=("the data volume", "its shared memory"),
        why="the entry point takes root only to own its data, and the image's volume is its user's from the start",
    ),
    "postgres-archived": Managed(
        user=_ids("postgres"),
        tmpfs={"/var/spool/pgbackrest": f"size=8m,{_OWN}", "/tmp": "size=8m,mode=1777"},  # noqa: S108
        writes=("the data volume", "its shared memory", "the volume of its socket, which the backup's server shares"),
        why="as postgres; pgBackRest notes in its spool what was sent, and sends again what it has no note of",
    ),
    "pgbackrest": Managed(
        user=_ids("postgres"),
        tmpfs={"/tmp": "size=8m,mode=1777"},  # noqa: S108
        writes=("local repositories", "the volume of PostgreSQL's socket"),
        why="it reads the data as their owner and sends them away; its locks lie in /tmp",
    ),
    "redis": Managed(
        user=_ids("redis"),
        tmpfs={"/tmp": "size=8m,mode=1777"},  # noqa: S108
        writes=("the data volume",),
        why="the entry points of Redis and Valkey take root only to own /data, which is their user's from the start",
    ),
    "pgbouncer": Managed(
        user=f"{POOLER_UID}:{POOLER_UID}",
        tmpfs={"/tmp": "size=1m,mode=1777"},  # noqa: S108
        why="its entry point is not used; its socket lies in /tmp, and it writes nothing else",
    ),
    "nginx": Managed(
        caps={
            "CHOWN": "gives its directories of temporary files to the workers' user",
            "NET_BIND_SERVICE": "80 and 443, also where the engine leaves the kernel's bound at 1024",
            "SETGID": "workers run in the group nginx",
            "SETUID": "workers run as nginx",
        },
        tmpfs={"/run": "size=1m,mode=0755"},
        writes=("the volume of temporary files", "the directory of its log on the host"),
        why="the master is root to read the certificates' keys, which its workers cannot; they serve as nginx",
    ),
}


def name_of(capability: object) -> str:
    """Return a capability's name without its prefix: ``cap_net_raw`` is NET_RAW."""
    return str(capability).upper().removeprefix("CAP_")


def is_root(user: str | None) -> bool:
    """Tell whether a Compose service's user is root, or is not said: the image may start as root then."""
    return (user or "").partition(":")[0] in ("", "0", "root")


def capabilities(service: Service) -> dict[str, list[str]]:
    """Return cap_drop and cap_add of a service of the user's; nothing of either where it is privileged.

    What the Compose service drops is dropped, all of it where it says ALL; what it adds is added.
    """
    if service.extra.get("privileged"):
        return {}
    drops = {name_of(each) for each in service.extra.get("cap_drop") or ()}
    adds = [name_of(each) for each in service.extra.get("cap_add") or ()]
    if ALL in adds:
        return {"cap_add": adds, **({"cap_drop": sorted(drops)} if drops else {})}
    kept: Iterable[str] = KEPT if is_root(service.user) else KEPT_WITHOUT_ROOT
    wanted = {*adds, *(() if ALL in drops else (each for each in kept if each not in drops))}
    return {"cap_drop": [ALL], **({"cap_add": sorted(wanted)} if wanted else {})}


def security_opt(service: Service) -> list[str]:
    """Return the options of a service of the user's: none gains privileges, unless its Compose service lets it."""
    said = [str(each) for each in service.extra.get("security_opt") or ()]
    told = any(each.startswith(NO_NEW_PRIVILEGES) for each in said)
    return said if told else [f"{NO_NEW_PRIVILEGES}:true", *said]


# Processes besides a server's own: the health check, and whoever looks in with psql, a dump or a backup.
VISITORS = 64
# What PostgreSQL starts on a setting's behalf, and the manual's default where the plan has none.
_POSTGRES = {
    "max_connections": 100, "autovacuum_max_workers": 3, "max_worker_processes": 8, "max_wal_senders": 10,
    "io_workers": 3,
}  # fmt: skip
# The postmaster, checkpointer, writers, launchers, the archiver and its programs.
_POSTGRES_OWN = 32
APP_LEAST, APP, APP_CPU, APP_MOST = 512, 384, 64, 4096


def _postgres(settings: Iterable[Mapping[str, str]]) -> int:
    known = {each["name"]: each["value"] for each in settings}
    processes = _POSTGRES_OWN + sum(int(known.get(name, default)) for name, default in _POSTGRES.items())
    return -(-(processes + VISITORS) // 64) * 64


def of_service(service: Service, cpus: float) -> tuple[int, str]:
    """Return the most processes and threads of one container of the user's, and the reason. cpus: the host's."""
    if service.limits.pids:
        return service.limits.pids, "declared in the Compose file"
    most = max(APP_LEAST, min(APP_MOST, APP + APP_CPU * math.ceil(cpus)))
    return (
        most,
        f"{APP} and {APP_CPU} for each CPU of the host, at least {APP_LEAST}: run-times start threads by the CPU",
    )


def of_kind(kind: str, settings: Iterable[Mapping[str, str]] = (), cpus: float = 1) -> tuple[int, str]:
    """Return the same of a managed container. settings: a store's planned ones. cpus: the host's."""
    if kind == "postgres":
        return _postgres(settings), "a process for each connection and worker that its settings allow, and visitors"
    if kind == "pgbackrest":
        return 2 * VISITORS, "a process for each segment and file that is under way, and who asks it"
    if kind == "nginx":
        return VISITORS + 8 * workers(cpus), "a worker for each CPU, and those of seven reloads that still drain"
    if kind == "redis":
        return 4 * VISITORS, "one process, its forks, threads and modules"
    return VISITORS, "one process, and who asks its console"

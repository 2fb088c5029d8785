# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The settings that each tuner gives a machine, as values; computed from their published formulas.

- stock: nothing but what the image has.
- pgtune: le0pard/pgtune, src/features/configuration/configurationSlice.js (commit 01bb644), Linux, SSD, version 18.
- pigsty: pgsty/pigsty, roles/pgsql/templates/tiny.yml (commit 05dd7a2), which its wizard takes for 1 to 3 cores.
- autobase: vitabaks/autobase, automation/roles/common/defaults/main.yml (commit 0098366).
- holdfast: this collection's tuner.

What needs a part that is not here is left out for all alike: TLS certificates, archiving, Patroni's callbacks, csv
logs, and libraries that are not in the image. io_uring, which Pigsty takes on Debian, is refused by the engine's system
call filter, so its other choice, worker, stands there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import Container
from ansible_collections.holdfast.host.plugins.module_utils.plan.tune_postgres import tune
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB

from .peers import AUTOBASE, PIGSTY

VERSION = 18


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What each tuner is told: the container's bytes of RAM and of volume, its CPUs, and the kind of load.

    cpuset: the CPUs it is bound to, as the engine writes them; empty for any.
    """

    limit: int
    cpus: int
    disk: int
    workload: str
    cpuset: str = ""


@dataclass(frozen=True, kw_only=True)
class Config:
    """A server's settings by name, and its /dev/shm in bytes (the engine's own 64 MiB where a tuner says nothing)."""

    settings: Mapping[str, str]
    shm_bytes: int = 64 * MIB

    def number(self, name: str, default: int) -> int:
        """Return a setting that is a whole number."""
        return int(self.settings.get(name, default))

    def connections(self) -> int:
        """Return the connections that applications may open: max_connections without the superuser's."""
        return self.number("max_connections", 100) - self.number("superuser_reserved_connections", 3)


def stock(_: Machine) -> Config:
    """Return the image's own configuration."""
    return Config(settings={"listen_addresses": "'*'"})


def _kb(size: float) -> str:
    return f"{math.floor(size / KIB)}kB"


def pgtune(machine: Machine) -> Config:
    """Return pgtune's settings: web, oltp or mixed; mixed stands for what is neither."""
    clients = {"web": 200, "oltp": 300, "mixed": 100}[machine.workload]
    buffers = machine.limit // 4
    work = (machine.limit - buffers) / ((clients + 8) * 3) / (2 if machine.workload == "mixed" else 1)
    wal = {"web": (1, 4), "oltp": (2, 8), "mixed": (1, 4)}[machine.workload]
    return Config(
        settings={
            "max_connections": str(clients),
            "shared_buffers": _kb(buffers),
            "effective_cache_size": _kb(machine.limit * 3 / 4),
            "maintenance_work_mem": _kb(machine.limit / 16),
            "checkpoint_completion_target": "0.9",
            "wal_buffers": _kb(min(16 * MIB, buffers * 3 / 100)),
            "default_statistics_target": "100",
            "random_page_cost": "1.1",
            "effective_io_concurrency": "200",
            "work_mem": _kb(max(4 * MIB, work)),
            "huge_pages": "off",
            "min_wal_size": f"{wal[0]}GB",
            "max_wal_size": f"{wal[1]}GB",
            "jit": "off",
            "wal_compression": "lz4",
        }
    )


def pigsty(machine: Machine) -> Config:
    """Return the settings of Pigsty's tiny template; the machine is 4 vCPU and less there."""
    clients = int(PIGSTY["max_connections"])
    buffers = math.ceil(machine.limit / MIB * 0.25)
    twentieth = min(100, max(1, math.ceil(machine.disk / 21474836480)))
    return Config(
        settings={
            **PIGSTY,
            "max_locks_per_transaction": str(clients),
            "max_worker_processes": str(max(machine.cpus + 4, 12) + 8),
            "shared_buffers": f"{buffers}MB",
            "maintenance_work_mem": f"{math.ceil(buffers * 0.25)}MB",
            "work_mem": f"{min(256, max(16, buffers // clients))}MB",
            "max_parallel_workers": str(max(1, machine.cpus // 2)),
            "max_parallel_maintenance_workers": str(max(1, int(machine.cpus * 0.33))),
            "temp_file_limit": f"{twentieth}GB",
            "min_wal_size": f"{twentieth}GB",
            "max_wal_size": f"{twentieth * 4}GB",
            "effective_cache_size": f"{machine.limit // MIB - buffers}MB",
        }
    )


def autobase(machine: Machine) -> Config:
    """Return autobase's settings; work_mem and max_connections do not depend on the machine there."""
    return Config(
        settings={
            **AUTOBASE,
            "shared_buffers": f"{int(machine.limit / MIB * 0.25)}MB",
            "effective_cache_size": f"{int(machine.limit / MIB * 0.75)}MB",
            "max_worker_processes": str(max(machine.cpus, 16)),
            "max_parallel_workers": str(max(machine.cpus // 2, 8)),
        }
    )


def holdfast(machine: Machine) -> Config:
    """Return our settings for the same container, without a pooler. Raises ValueError where the tuner refuses it."""
    container = Container(
        limit=machine.limit,
        cpus=machine.cpus,
        disk_bytes=machine.disk,
        storage="ssd",
        workload=machine.workload,
        pool=None,
    )
    tuned = tune(container, VERSION, {}, "bench")
    if tuned.findings:
        raise ValueError(str(tuned.findings))
    settings = {each.name: each.value for each in tuned.settings}
    return Config(settings=settings, shm_bytes=tuned.shm_bytes)


def changed(changes: Mapping[str, str]) -> Callable[[Machine], Config]:
    """Return ours with some settings changed, to see what each does; an empty value takes the server's default."""

    def made(machine: Machine) -> Config:
        ours = holdfast(machine)
        settings = {name: value for name, value in {**ours.settings, **changes}.items() if value}
        return Config(settings=settings, shm_bytes=ours.shm_bytes)

    return made


CONTENDERS: Mapping[str, Callable[[Machine], Config]] = {
    "stock": stock,
    "pgtune": pgtune,
    "pigsty": pigsty,
    "autobase": autobase,
    "holdfast": holdfast,
}
OURS = "holdfast"
LIMIT = 1 * GIB
CPUS = 2
DISK = 40 * GIB

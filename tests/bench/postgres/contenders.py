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

VERSION = 18
STATEMENTS = "'pg_stat_statements'"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What each tuner is told: the container's bytes of RAM and of volume, its CPUs, and the kind of load."""

    limit: int
    cpus: int
    disk: int
    workload: str


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
    clients = 250
    buffers = math.ceil(machine.limit / MIB * 0.25)
    twentieth = min(100, max(1, math.ceil(machine.disk / 21474836480)))
    return Config(
        settings={
            "max_connections": str(clients),
            "superuser_reserved_connections": "10",
            "max_locks_per_transaction": str(clients),
            "track_commit_timestamp": "on",
            "wal_level": "logical",
            "wal_log_hints": "on",
            "max_worker_processes": str(max(machine.cpus + 4, 12) + 8),
            "max_wal_senders": "50",
            "max_replication_slots": "50",
            "shared_buffers": f"{buffers}MB",
            "maintenance_work_mem": f"{math.ceil(buffers * 0.25)}MB",
            "work_mem": f"{min(256, max(16, buffers // clients))}MB",
            "max_parallel_workers": str(max(1, machine.cpus // 2)),
            "max_parallel_maintenance_workers": str(max(1, int(machine.cpus * 0.33))),
            "max_parallel_workers_per_gather": "0",
            "hash_mem_multiplier": "8.0",
            "huge_pages": "try",
            "io_method": "worker",
            "io_workers": "3",
            "temp_file_limit": f"{twentieth}GB",
            "vacuum_cost_delay": "20ms",
            "vacuum_cost_limit": "2000",
            "bgwriter_delay": "10ms",
            "bgwriter_lru_maxpages": "800",
            "bgwriter_lru_multiplier": "5.0",
            "min_wal_size": f"{twentieth}GB",
            "max_wal_size": f"{twentieth * 4}GB",
            "wal_buffers": "16MB",
            "wal_writer_delay": "20ms",
            "wal_writer_flush_after": "1MB",
            "commit_delay": "20",
            "commit_siblings": "10",
            "checkpoint_timeout": "15min",
            "checkpoint_completion_target": "0.80",
            "random_page_cost": "1.1",
            "effective_io_concurrency": "200",
            "maintenance_io_concurrency": "100",
            "effective_cache_size": f"{machine.limit // MIB - buffers}MB",
            "default_statistics_target": "200",
            "log_min_duration_statement": "100",
            "track_io_timing": "on",
            "track_functions": "all",
            "track_activity_query_size": "8192",
            "autovacuum_max_workers": "2",
            "deadlock_timeout": "50ms",
            "shared_preload_libraries": STATEMENTS,
        }
    )


def autobase(machine: Machine) -> Config:
    """Return autobase's settings; work_mem and max_connections do not depend on the machine there."""
    return Config(
        settings={
            "max_connections": "1000",
            "superuser_reserved_connections": "5",
            "max_locks_per_transaction": "512",
            "huge_pages": "try",
            "shared_buffers": f"{int(machine.limit / MIB * 0.25)}MB",
            "effective_cache_size": f"{int(machine.limit / MIB * 0.75)}MB",
            "work_mem": "64MB",
            "maintenance_work_mem": "512MB",
            "checkpoint_timeout": "15min",
            "checkpoint_completion_target": "0.9",
            "min_wal_size": "1GB",
            "max_wal_size": "8GB",
            "wal_buffers": "32MB",
            "wal_level": "logical",
            "wal_keep_size": "1GB",
            "wal_log_hints": "on",
            "wal_compression": "on",
            "bgwriter_delay": "20",
            "bgwriter_lru_maxpages": "1000",
            "default_statistics_target": "1000",
            "random_page_cost": "1.1",
            "effective_io_concurrency": "200",
            "autovacuum_max_workers": "5",
            "autovacuum_analyze_scale_factor": "0.01",
            "autovacuum_vacuum_scale_factor": "0.01",
            "autovacuum_vacuum_cost_limit": "500",
            "autovacuum_vacuum_cost_delay": "2",
            "autovacuum_naptime": "1s",
            "max_wal_senders": "20",
            "max_replication_slots": "20",
            "shared_preload_libraries": STATEMENTS,
            "pg_stat_statements.track": "all",
            "pg_stat_statements.track_planning": "on",
            "track_io_timing": "on",
            "track_functions": "all",
            "track_activity_query_size": "4096",
            "jit": "off",
            "max_files_per_process": "4096",
            "max_worker_processes": str(max(machine.cpus, 16)),
            "max_parallel_workers": str(max(machine.cpus // 2, 8)),
            "max_parallel_workers_per_gather": "2",
            "max_parallel_maintenance_workers": "2",
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

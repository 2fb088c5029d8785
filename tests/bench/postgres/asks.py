# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a configuration may ask for at once, by the planner's own sum: every allowed session with three full nodes."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import Terms, worst_bytes
from ansible_collections.holdfast.host.plugins.module_utils.units import KIB, MIB, parse_bytes

from .contenders import Config

# PostgreSQL 18's own values (manual, "Server Configuration"), and the bytes of a bare number.
DEFAULTS = {
    "shared_buffers": "128MB",
    "wal_buffers": "4MB",
    "work_mem": "4MB",
    "temp_buffers": "8MB",
    "maintenance_work_mem": "64MB",
    "autovacuum_work_mem": "-1",
}
UNITS = {"shared_buffers": 8 * KIB, "wal_buffers": 8 * KIB, "temp_buffers": 8 * KIB}
COUNTS = {
    "max_connections": 100,
    "hash_mem_multiplier": 2,
    "autovacuum_max_workers": 3,
    "max_parallel_workers": 8,
    "max_worker_processes": 8,
    "max_wal_senders": 10,
    "io_workers": 3,
}


def _bytes(config: Config, name: str) -> float:
    text = config.settings.get(name, DEFAULTS[name]).strip("'")
    if text == "-1":
        return _bytes(config, "maintenance_work_mem")
    return int(text) * UNITS.get(name, KIB) if text.isdigit() else parse_bytes(text)


def asks_bytes(config: Config, limit: int) -> float:
    """Return the worst case of a configuration in a container with this limit, in bytes."""
    sizes = {name: _bytes(config, name) for name in DEFAULTS}
    counts = {name: float(config.settings.get(name, default)) for name, default in COUNTS.items()}
    logical = config.settings.get("wal_level") == "logical"
    return worst_bytes(Terms(**sizes, **counts, logical_decoding_work_mem=64 * MIB if logical else 0), limit)

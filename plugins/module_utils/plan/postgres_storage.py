# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's settings that follow from its volume: the write-ahead log, checkpoints, temporary files and vacuum.

Sources: PostgreSQL manual, chapters "Write Ahead Log", "WAL Configuration", "Replication" and "Automatic Vacuuming".
The parts of the volume add up: at most a tenth for the log, one for slots, a fifth for temporary files.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import ARCHIVE_SCRIPT
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_rows import VOLUMES, Facts, Row, kb, volume
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_size import between, coarse
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB, TIB, format_bytes

SEGMENT = 16 * MIB
# PostgreSQL counts temp_file_limit in kB and up to 2 TiB.
MOST_TEMP_FILES = TIB


@dataclass(frozen=True, kw_only=True)
class Writing:
    """A workload's writing. wal: log between two checkpoints, in limits, at most `most` bytes (it bounds recovery).

    scale, analyze: part of a table that changes before it is vacuumed or analysed. nap: seconds between two looks.
    """

    wal: int
    most: int
    timeout: str
    scale: str
    analyze: str
    nap: int


WRITING = {
    "web": Writing(wal=4, most=16 * GIB, timeout="15min", scale="0.1", analyze="0.05", nap=30),
    "oltp": Writing(wal=8, most=32 * GIB, timeout="15min", scale="0.05", analyze="0.02", nap=15),
    "mixed": Writing(wal=6, most=32 * GIB, timeout="15min", scale="0.1", analyze="0.05", nap=30),
    "analytics": Writing(wal=8, most=64 * GIB, timeout="30min", scale="0.1", analyze="0.05", nap=60),
}


def max_wal(facts: Facts) -> int:
    """Return max_wal_size, bytes: a tenth of the volume at most, and never so little that checkpoints run all the time.

    Each page's first change after a checkpoint is logged whole, so fewer checkpoints are less log and less I/O.
    """
    container, writing = facts.container, WRITING[facts.container.workload]
    wanted = min(container.disk_bytes / 10, writing.wal * container.limit, writing.most)
    return coarse(max(8, wanted / SEGMENT)) * SEGMENT


def wal(facts: Facts) -> list[Row]:
    """Return the write-ahead log's settings."""
    most, writing = max_wal(facts), WRITING[facts.container.workload]
    disk = format_bytes(facts.container.disk_bytes)
    kept = coarse(max(8, facts.container.disk_bytes / 10 / SEGMENT)) * SEGMENT
    return [
        ("wal_level", "replica", "what an archive and point-in-time recovery need"),
        ("synchronous_commit", "on", "what was confirmed survives a crash"),
        ("wal_compression", "lz4", "less log to write and to archive, for a little CPU"),
        ("wal_buffers", kb(facts.terms.wal_buffers), "up to 1/32 of the buffers, at most one segment"),
        (
            "min_wal_size",
            kb(max(5 * SEGMENT, most // 4 // SEGMENT * SEGMENT)),
            "segments are used again, not made anew",
        ),
        ("max_wal_size", kb(most), f"checkpoints by time; at most a tenth of {disk}, {writing.wal} x the memory"),
        ("checkpoint_timeout", writing.timeout, "fewer whole pages in the log; recovery reads no more than this"),
        ("checkpoint_completion_target", "0.9", "spread the writes"),
        ("max_wal_senders", str(int(facts.terms.max_wal_senders)), "base backups and a standby; counted in the sum"),
        ("max_replication_slots", str(max(1, int(facts.terms.max_wal_senders))), "one for each sender"),
        ("max_slot_wal_keep_size", kb(kept), f"a forgotten slot takes a tenth of {disk}, not all of it"),
        ("logical_decoding_work_mem", "16MB", "counted for each sender where wal_level is logical"),
    ]


def archive(facts: Facts) -> list[Row]:
    """Return how the log leaves the host; nothing where it does not."""
    seconds = facts.container.archive_seconds
    if not seconds:
        return []
    return [
        ("archive_mode", "on", "every segment of the log goes to the backup's repositories"),
        (
            "archive_command",
            f"'sh {ARCHIVE_SCRIPT} %p'",
            "confirmed when every repository has it; one that fails holds up none of the others",
        ),
        (
            "archive_timeout",
            f"{seconds}s",
            "an open segment waits this long; to send it takes the rest of what may be lost",
        ),
    ]


def files(facts: Facts) -> list[Row]:
    """Return what keeps temporary files and the background writer within the volume."""
    disk, workload = facts.container.disk_bytes, facts.container.workload
    # For each session alone, so a fifth of the volume is what one runaway query can take.
    most = coarse(between(256, disk / 5 / MIB, MOST_TEMP_FILES / MIB)) * MIB
    pages = "400" if workload == "oltp" else "200"
    return [
        ("temp_file_limit", kb(most), f"one session's sorts take a fifth of {format_bytes(disk)} at most"),
        ("bgwriter_delay", "50ms" if workload == "oltp" else "100ms", "a steady flow instead of sessions that write"),
        ("bgwriter_lru_maxpages", pages, "sessions find clean buffers"),
        ("bgwriter_lru_multiplier", "4", "ahead of what the last rounds needed"),
    ]


def vacuum(facts: Facts) -> list[Row]:
    """Return how tables are kept clean; the workers' memory is counted in the sum."""
    writing, kind, terms = WRITING[facts.container.workload], volume(facts), facts.terms
    ring = between(2 * MIB, int(terms.shared_buffers / 64) // MIB * MIB, 16 * MIB)
    return [
        ("autovacuum_max_workers", str(int(terms.autovacuum_max_workers)), "counted in the container's sum"),
        ("autovacuum_work_mem", kb(terms.autovacuum_work_mem), "for each of them"),
        ("autovacuum_naptime", f"{writing.nap}s", "how soon a changed table is seen"),
        ("autovacuum_vacuum_scale_factor", writing.scale, "part of a table that may be dead"),
        ("autovacuum_analyze_scale_factor", writing.analyze, "statistics follow the data"),
        ("autovacuum_vacuum_cost_limit", str(kind.vacuum), f"the volume is {kind.said}"),
        ("vacuum_buffer_usage_limit", kb(ring), "a vacuum leaves the other buffers alone"),
    ]


def stop_grace_seconds(facts: Facts) -> int:
    """Return how long a stop may take: the shutdown's checkpoint writes all buffers, plus a minute for the sessions."""
    return 60 + int(facts.terms.shared_buffers / VOLUMES[facts.container.storage].rate)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The invariant of a Redis or Valkey container: all that it may use at once, term by term, against its memory limit.

Formula after Redis's manual, "Persistence" and "Memory optimization", and the comments of its redis.conf: a fork shares
the dataset until it is written to, so a snapshot or a rewrite during which every key changes holds it twice; replicas'
output, the backlog and the append-only buffer do not count towards maxmemory; clients may use maxmemory-clients. While
the disk is busy with one fsync, everysec holds written commands back for up to two seconds.

Measured on Redis 8.0 (amd64, official image): 14 MiB resident when empty, 6 threads, 0.1 MiB of page tables. The other
figures are allowances.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB

# The server when empty, and a health check's client beside it.
BASE_BYTES = 20 * MIB
# Resident memory over what the allocator was asked for, in percent: an allowance. Active
# defragmentation is not planned, for builds without the server's own allocator refuse to start with it.
RESIDENT_PERCENT = 115
# A page table entry for each 4 KiB page; a fork has tables of its own.
PAGE_TABLE_PART = 512
# A connection at rest: its structures, its output's first 16 KiB, its share of the kernel's socket buffers.
CLIENT_BYTES = 32 * KIB


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the sum is made of, in bytes; limit: the container's. persist: whether the server ever forks."""

    limit: int
    persist: bool
    dataset: int
    clients: int
    replicas: int
    backlog: int

    def rows(self) -> dict[str, int]:
        """Return each term with its name for people."""
        resident = self.dataset * RESIDENT_PERCENT // 100
        copies = 2 if self.persist else 1
        rows = {
            "server": BASE_BYTES,
            "dataset": self.dataset,
            "fragmentation": resident - self.dataset,
            "copy while a fork runs": resident if self.persist else 0,
            "page tables": copies * resident // PAGE_TABLE_PART,
            "clients": self.clients,
            "replicas": self.replicas,
            "backlog": self.backlog,
            "append-only buffer": append_only(self.limit) if self.persist else 0,
            "sockets and files": sockets(self.limit),
        }
        return {name: size for name, size in rows.items() if size}

    def total(self) -> int:
        """Return the sum in bytes, which must not exceed the limit."""
        return sum(self.rows().values())


def _part(limit: int, part: int, least: int, most: int) -> int:
    return max(least, min(most, limit // part // KIB * KIB))


def clients(limit: int) -> int:
    """Return what all clients may use: a sixteenth."""
    return _part(limit, 16, 4 * MIB, 512 * MIB)


def replicas(limit: int) -> int:
    """Return the bound of a replica's output."""
    return _part(limit, 64, MIB, 256 * MIB)


def backlog(limit: int) -> int:
    """Return the replication backlog."""
    return _part(limit, 128, MIB, 64 * MIB)


def append_only(limit: int) -> int:
    """Return what two seconds of writes may take while an fsync runs: an allowance, for no setting bounds it.

    A sixteenth of the limit alone was too little: with every key changing during forks Valkey 9 was killed in 256 MiB,
    and Redis 8 came to 97 % of it. How much is written in two seconds depends on the disk and on the clients.
    """
    return _part(limit, 16, 6 * MIB, GIB) + _part(limit, 8, 4 * MIB, 32 * MIB)


def sockets(limit: int) -> int:
    """Return the kernel's part: socket buffers, and pages of files that are being written."""
    return _part(limit, 64, 4 * MIB, 128 * MIB)


def dataset(terms: Terms) -> int:
    """Return the largest dataset in whole MiB for which the sum fits, at least 1 MiB. terms: its dataset is ignored."""
    empty = Terms(**{**vars(terms), "dataset": 0})
    copies = 2 if terms.persist else 1
    # Each byte costs itself, its fragmentation and its page tables, once or twice.
    cost = copies * RESIDENT_PERCENT * (PAGE_TABLE_PART + 1)
    room = (terms.limit - empty.total()) * 100 * PAGE_TABLE_PART
    return max(MIB, room // cost // MIB * MIB)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The journal: kept over boots, bounded, and as long as declared.

Sources: journald.conf(5); CIS Debian Linux 13 Benchmark, 6.1.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.assigned import Format
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import (
    Around,
    Assigned,
    Concern,
    Unit,
)
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB

PATH = "/etc/systemd/journald.conf.d/60-holdfast.conf"
# Where people and auditors look first; not every system has it, and drop-ins win over it.
MAIN = "/etc/systemd/journald.conf"
LEAST, MOST = 256 * MIB, 4 * GIB
# Of the disk that holds it.
SHARE = 20


def size(disk_bytes: int | None) -> int:
    """Return how large the journal may grow, in bytes: a twentieth of its disk, between 256 MiB and 4 GiB."""
    return max(LEAST, min(MOST, (disk_bytes or 0) // SHARE))


def concern(around: Around) -> Concern:
    """Return the concern: whichever comes first of size and age ends an entry's time."""
    rows = (
        ("Storage", "persistent", "what led to a crash is read after it"),
        ("Compress", "yes", "more fits"),
        ("SystemMaxUse", f"{size(around.disk_bytes) // MIB}M", "a twentieth of the disk, at most 4 GiB"),
        ("SystemKeepFree", "1G", "the stores' room comes first"),
        ("RuntimeMaxUse", "64M", "before the disk is there"),
        ("MaxRetentionSec", f"{around.keep_days}d", "as long as declared"),
        ("MaxFileSec", "1week", "what is too old leaves a week at a time"),
        ("RateLimitIntervalSec", "30s", "one service that shouts does not push out the others"),
        ("RateLimitBurst", "20000", "one service that shouts does not push out the others"),
        ("ForwardToSyslog", "no", "kept once"),
    )
    reads = Unit(reason="keeps the journal as written there", reads=(PATH,))
    return Concern(
        title="the journal, kept and bounded",
        files={PATH: rows},
        assigned={MAIN: Assigned(rows=rows, format=Format(separator="="), optional=True)},
        units={"systemd-journald.service": reads},
    )

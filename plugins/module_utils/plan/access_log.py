# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The edge's log of requests: where it lies, how long it is kept, and how much of the disk it may take."""

from __future__ import annotations

from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import EDGE_UID
from ansible_collections.holdfast.host.plugins.module_utils.plan.logs import KEEP_DAYS, LOGS_PATH, keep_days
from ansible_collections.holdfast.host.plugins.module_utils.spec.access import Logs
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB, format_bytes

DIRECTORY = "/var/log/holdfast/edge"
FILE = "access.log"
# The same directory as nginx's container sees it.
INSIDE = "/var/log/edge"
TIMER = "holdfast-access-log.timer"
SERVICE = "holdfast-access-log.service"
# Of the disk that holds it.
SHARE = 20
LEAST, MOST = 256 * MIB, 20 * GIB
# A file ends with its day, or when it has this part of the room: so what goes for want of room goes in small pieces.
PIECES = 32
LEAST_PIECE, MOST_PIECE = 8 * MIB, 512 * MIB
# A request's line, compressed: an allowance.
LINE_BYTES = 80


def size(logs: Logs, disk_bytes: int | None) -> int:
    """Return what the log may take in bytes: as declared, else a twentieth of its disk, from 256 MiB to 20 GiB."""
    return logs.access.disk or max(LEAST, min(MOST, (disk_bytes or 0) // SHARE))


def part(logs: Logs, host: Host, project: str) -> dict[str, Any]:
    """Return the plan's part, JSON-able, each number with its reason.

    settings: what the program on the host is told. inside: the file as nginx sees it. project: of the edge.
    """
    disk = host.mount_of(LOGS_PATH)
    room, days = size(logs, disk.total_bytes if disk else None), keep_days(logs.access.keep, logs.keep)
    shown = format_bytes(room)
    if logs.access.disk:
        why = "declared"
    else:
        why = f"a twentieth of the disk, from {format_bytes(LEAST)} to {format_bytes(MOST)}"
    daily = room // LINE_BYTES // days
    return {
        "settings": {
            "directory": DIRECTORY,
            "file": FILE,
            "owner": EDGE_UID,
            "keep_days": days,
            "bytes": room,
            "rotate_bytes": max(LEAST_PIECE, min(MOST_PIECE, room // PIECES)),
            "project": project,
            "service": "nginx",
        },
        "inside": f"{INSIDE}/{FILE}",
        "reasons": {
            "keep_days": "90 days where nothing is said" if days == KEEP_DAYS else "as long as declared",
            "bytes": f"{why}: {shown} hold {days} days of {daily:,} requests a day; of more the oldest go first",
            "rotate_bytes": "a file ends with its day or at this size, so that little goes at once where room is short",
        },
    }

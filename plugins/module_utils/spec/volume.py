# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The disk that holds what containers keep."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import Flag, Text
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import key


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A disk, or a part of one, of its own."""

    device: str = key(
        Text(accepts="a block device such as /dev/disk/by-id/scsi-0HC_Volume_1", pattern=r"/dev/[\w./:+=@-]+"),
        "the block device; it must be blank, or hold what an earlier run made of it",
        example="/dev/disk/by-id/scsi-0HC_Volume_1",
    )
    encrypt: bool = key(
        Flag(),
        "encrypt it (LUKS2) by a key that lies on the system's disk: a disk that is sent back or thrown away tells "
        "nothing, the whole machine in other hands does",
        default=True,
        example="false",
    )

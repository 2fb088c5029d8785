# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The tiers that a declaration brings along: their keys, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import (
    CPUS,
    SIZE,
    Choice,
    Flag,
    Integer,
    MapOf,
    Text,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section, key
from ansible_collections.holdfast.host.plugins.module_utils.spec.words import WORDS

RAID = ("raid1", "raid4", "raid5", "raid6", "raid10")


@dataclass(frozen=True, kw_only=True)
class OwnComponent:
    """What an own tier gives one container of a part."""

    memory: int | None = key(
        SIZE, "its memory limit where Compose and declaration say none", default=None, example="1GiB"
    )
    cpus: float | None = key(CPUS, "its CPU limit, likewise", default=None, example="0.5")
    count: int = key(Integer(low=1, high=1000), "containers of it", default=1, example="2")
    disk: int | None = key(SIZE, "its share of the disk, likewise", default=None, example="10GiB")


@dataclass(frozen=True, kw_only=True)
class OwnTier:
    """A tier of the user's own."""

    cpus: float = key(CPUS, "the least CPUs", example="4")
    memory: int = key(SIZE, "the least memory", example="8GiB")
    disk: int = key(SIZE, "the least disk", example="20GiB")
    clock: int | None = key(Integer(low=1, high=10_000), "the least clock speed in MHz", default=None, example="2500")
    ssd: bool = key(Flag(), "no spinning disk", default=False, example="true")
    raid: str | None = key(Choice(choices=RAID), "the md level of the disks", default=None, example="raid1")
    network: int | None = key(
        Integer(low=1, high=1_000_000), "the least link speed in Mbit/s", default=None, example="1000"
    )
    title: str | None = key(WORDS, "what it is for", default=None, example="a team of five")
    software: dict[str, str] = key(
        MapOf(entry=Text(accepts="a rule such as >=24.0", pattern=r">=\s*\d+(\.\d+)*")),
        "least versions; docker and compose are measured",
        default={},
        example='{docker: ">=24.0"}',
    )
    components: dict[str, OwnComponent] = key(
        MapOf(entry=Section(shape=OwnComponent)),
        "limits by Compose service, or by kind: postgres, redis, search, vectors, objects, monitoring",
        default={},
        example="{web: {memory: 1GiB, cpus: 1}}",
    )


TIERS = MapOf(entry=Section(shape=OwnTier), name=r"[a-z][a-z0-9-]{0,31}")


def parse_own(raw: object, path: str) -> tuple[Mapping[str, OwnTier], list[Finding]]:
    """Return the readable ones of a mapping of own tiers, and every finding about its shape. path: where it stands."""
    value, found = TIERS.read(raw, path)
    return value or {}, found

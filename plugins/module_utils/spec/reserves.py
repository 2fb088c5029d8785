# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the budget keeps for other things than stores and services, and how releases take their room."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import CPUS, SIZE, Choice
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import key


@dataclass(frozen=True, kw_only=True)
class Reserve:
    """What one part that is no container of the application keeps of the host."""

    memory: int | None = key(SIZE, "RAM instead of the planned share", default=None, example="4GiB")
    cpus: float | None = key(CPUS, "CPUs instead of the planned share", default=None, example="1")
    disk: int | None = key(SIZE, "disk instead of the planned share", default=None, example="20GiB")


@dataclass(frozen=True, kw_only=True)
class Release:
    """How a new version takes the place of the old one, as far as the budget has to know."""

    strategy: str = key(
        Choice(choices=("auto", "two-colours", "one-by-one", "stop-first")),
        "auto takes the first of the others for which there is room: all services twice for a while, one container "
        "more at a time, or none",
        default="auto",
        example="two-colours",
    )

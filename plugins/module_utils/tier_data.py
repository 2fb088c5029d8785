# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The tiers that are known by name: one row each, taken from the requirement sheet that its source names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.holdfast.host.plugins.module_utils.units import GIB

# The engine floor that both requirement sheets state (Docker 24, Compose v2).
_ENGINE: Mapping[str, str] = {"docker": ">=24.0", "compose": ">=2.0"}


@dataclass(frozen=True, kw_only=True)
class Tier:
    """The least that a machine must have.

    name: as declarations say it. title, source: for people. cpus: count; memory_bytes, disk_bytes: bytes, as sold.
    clock_mhz, raid_level, network_mbps: None where the sheet asks for nothing. ssd: no spinning disk.
    software: ">=x.y" by name. needs: what else the sheet asks for and no machine can measure.
    """

    name: str
    title: str
    source: str
    cpus: float
    memory_bytes: int
    disk_bytes: int
    clock_mhz: int | None = None
    ssd: bool = False
    raid_level: str | None = None
    network_mbps: int | None = None
    software: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


_CLERK = "a Clerk application and its publishable, JWKS and issuer settings"
_SKILLMEAT = "SkillMeat, Local And Compose"
_EC2 = "SkillMeat, AWS Dev EC2"
_SCHEDULE = "Enterprise Schedule Management System, Hardware Requirements"

_ROWS = (
    Tier(
        name="native",
        title="Native development, recommended",
        source=_SKILLMEAT,
        cpus=4,
        memory_bytes=8 * GIB,
        disk_bytes=5 * GIB,
        needs=("Python 3.12", "Node.js 20", "pnpm", "Git"),
    ),
    Tier(
        name="local",
        title="Local Compose",
        source=_SKILLMEAT,
        cpus=2,
        memory_bytes=4 * GIB,
        disk_bytes=5 * GIB,
        software=_ENGINE,
    ),
    Tier(
        name="local-auth",
        title="Local Compose with authentication",
        source=_SKILLMEAT,
        cpus=2,
        memory_bytes=4 * GIB,
        disk_bytes=5 * GIB,
        software=_ENGINE,
        needs=(_CLERK,),
    ),
    Tier(
        name="enterprise",
        title="Enterprise Compose, a team on one host",
        source=_SKILLMEAT,
        cpus=4,
        memory_bytes=8 * GIB,
        disk_bytes=20 * GIB,
        software=_ENGINE,
        needs=("a volume for PostgreSQL", "production-grade secrets"),
    ),
    Tier(
        name="enterprise-monitoring",
        title="Enterprise Compose with monitoring, recommended",
        source=_SKILLMEAT,
        cpus=4,
        memory_bytes=16 * GIB,
        disk_bytes=40 * GIB,
        software=_ENGINE,
        needs=("a volume for PostgreSQL", "production-grade secrets"),
    ),
    # AWS instance types: t3.small is 2 vCPU with 2 GiB, t3.medium 2 vCPU with 4 GiB; gp3 volumes are sold in GiB.
    Tier(
        name="dev-ec2-local",
        title="One t3.small, local profile",
        source=_EC2,
        cpus=2,
        memory_bytes=2 * GIB,
        disk_bytes=40 * GIB,
        software=_ENGINE,
        needs=("inbound CIDRs restricted",),
    ),
    Tier(
        name="dev-ec2-local-auth",
        title="One t3.small, local profile with authentication",
        source=_EC2,
        cpus=2,
        memory_bytes=2 * GIB,
        disk_bytes=40 * GIB,
        software=_ENGINE,
        needs=("inbound CIDRs restricted", _CLERK),
    ),
    Tier(
        name="dev-ec2-enterprise",
        title="One t3.medium, enterprise profile",
        source=_EC2,
        cpus=2,
        memory_bytes=4 * GIB,
        disk_bytes=60 * GIB,
        software=_ENGINE,
        needs=("inbound CIDRs restricted",),
    ),
    Tier(
        name="schedule-minimum",
        title="300 concurrent users, minimum",
        source=_SCHEDULE,
        cpus=4,
        memory_bytes=16 * GIB,
        disk_bytes=100 * GIB,
        clock_mhz=2500,
        ssd=True,
        network_mbps=1000,
        software=_ENGINE,
    ),
    Tier(
        name="schedule-recommended",
        title="300 concurrent users, production",
        source=_SCHEDULE,
        cpus=8,
        memory_bytes=32 * GIB,
        disk_bytes=500 * GIB,
        clock_mhz=3000,
        ssd=True,
        raid_level="raid1",
        network_mbps=1000,
        software=_ENGINE,
        needs=("a second network path",),
    ),
)

CATALOGUE: Mapping[str, Tier] = {tier.name: tier for tier in _ROWS}

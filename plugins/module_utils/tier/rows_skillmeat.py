# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""SkillMeat, Deployment System Requirements: the rows that one host can be."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.tier import asks
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Tier
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB

_LOCAL = "SkillMeat, Local And Compose"
_EC2 = "SkillMeat, AWS Dev EC2"
_PLAIN = (asks.GITHUB, asks.CLERK_IF_ON)
_AUTH = (asks.CLERK, asks.GITHUB)
_TEAM = (asks.VOLUME, asks.SECRETS, *_PLAIN)

ROWS = (
    Tier(
        name="native",
        title="Native development, recommended",
        source=_LOCAL,
        cpus=4,
        memory_bytes=8 * GIB,
        disk_bytes=5 * GIB,
        needs=(*asks.software("Python 3.12", "Node.js 20", "pnpm", "Git"), *_PLAIN),
    ),
    Tier(
        name="local",
        title="Local Compose",
        source=_LOCAL,
        cpus=2,
        memory_bytes=4 * GIB,
        disk_bytes=5 * GIB,
        software=asks.ENGINE,
        needs=_PLAIN,
    ),
    Tier(
        name="local-auth",
        title="Local Compose with authentication",
        source=_LOCAL,
        cpus=2,
        memory_bytes=4 * GIB,
        disk_bytes=5 * GIB,
        software=asks.ENGINE,
        needs=_AUTH,
    ),
    Tier(
        name="enterprise",
        title="Enterprise Compose, a team on one host",
        source=_LOCAL,
        cpus=4,
        memory_bytes=8 * GIB,
        disk_bytes=20 * GIB,
        software=asks.ENGINE,
        needs=_TEAM,
    ),
    Tier(
        name="enterprise-monitoring",
        title="Enterprise Compose with monitoring, recommended",
        source=_LOCAL,
        cpus=4,
        memory_bytes=16 * GIB,
        disk_bytes=40 * GIB,
        software=asks.ENGINE,
        needs=(asks.MONITORED, *_TEAM),
    ),
    # AWS instance types: t3.small is 2 vCPU with 2 GiB, t3.medium 2 vCPU with 4 GiB; gp3 volumes are sold in GiB.
    Tier(
        name="dev-ec2-local",
        title="One t3.small, local profile",
        source=_EC2,
        cpus=2,
        memory_bytes=2 * GIB,
        disk_bytes=40 * GIB,
        software=asks.ENGINE,
        needs=(asks.CIDRS, *_PLAIN),
    ),
    Tier(
        name="dev-ec2-local-auth",
        title="One t3.small, local profile with authentication",
        source=_EC2,
        cpus=2,
        memory_bytes=2 * GIB,
        disk_bytes=40 * GIB,
        software=asks.ENGINE,
        needs=(asks.CIDRS, *_AUTH),
    ),
    Tier(
        name="dev-ec2-enterprise",
        title="One t3.medium, enterprise profile",
        source=_EC2,
        cpus=2,
        memory_bytes=4 * GIB,
        disk_bytes=60 * GIB,
        software=asks.ENGINE,
        needs=(asks.CIDRS, asks.VOLUME, *_PLAIN),
    ),
)

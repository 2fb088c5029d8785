# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""SkillMeat, Deployment System Requirements: the managed shapes, which no single host can be.

Sizes are what the sheet states: tasks and replicas where it sizes them, the database by its class. AWS: db.t4g.micro
is 2 vCPU with 1 GiB, db.t4g.small 2 vCPU with 2 GiB. Azure: B_Standard_B1ms is 1 vCore with 2 GiB,
GP_Standard_D2s_v3 2 vCores with 8 GiB.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.holdfast.host.plugins.module_utils.tier import asks
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Beyond, Component, Tier, total
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB

_AWS = "SkillMeat, AWS Fargate And RDS"
_AZURE = "SkillMeat, Azure Container Apps And PostgreSQL"
_TASK = Component(memory_bytes=GIB, cpus=0.5)
# The sheet counts them and says no size.
_SOME = Component(memory_bytes=0)
_TWO = Component(memory_bytes=0, count=2)


def _row(name: str, title: str, source: str, components: Mapping[str, Component], beyond: Beyond) -> Tier:
    sizes = total(components)
    return Tier(
        name=name,
        title=title,
        source=source,
        cpus=sizes.cpus,
        memory_bytes=sizes.memory_bytes,
        disk_bytes=sizes.disk_bytes,
        needs=(asks.DNS, asks.TLS),
        components=components,
        beyond=beyond,
    )


def _database(cpus: float, memory: int, disk: int) -> Component:
    return Component(cpus=cpus, memory_bytes=memory * GIB, disk_bytes=disk * GIB)


_ON_AWS = "it is ECS Fargate tasks behind a load balancer, and PostgreSQL in RDS"
_ON_AZURE = "it is Azure Container Apps, and PostgreSQL in Flexible Server"

ROWS = (
    _row(
        "aws-dev-fargate",
        "AWS dev-fargate",
        _AWS,
        {"api": _TASK, "web": _TASK, "postgres": _database(2, 1, 20)},
        Beyond(reason=f"{_ON_AWS} (1 API and 1 web task of 0.5 CPU and 1 GiB)", nearest="dev-ec2-enterprise"),
    ),
    _row(
        "aws-staging",
        "AWS staging",
        _AWS,
        {"api": _SOME, "web": _SOME, "postgres": _database(2, 1, 20)},
        Beyond(reason=f"{_ON_AWS} (1 or more tasks each for API and web)", nearest="enterprise"),
    ),
    _row(
        "aws-production",
        "AWS production",
        _AWS,
        {"api": _TWO, "web": _TWO, "postgres": _database(2, 2, 100)},
        Beyond(
            reason=f"{_ON_AWS} in several zones (2 or more tasks each for API and web, 100 GB or more)",
            nearest="enterprise-monitoring",
        ),
    ),
    _row(
        "azure-dev-container-apps",
        "Azure dev-container-apps",
        _AZURE,
        {"api": _TASK, "web": _TASK, "postgres": _database(1, 2, 32)},
        Beyond(
            reason=f"{_ON_AZURE} (0 to 1 API and 0 to 1 web replica of 0.5 CPU and 1 GiB)",
            nearest="dev-ec2-enterprise",
        ),
    ),
    _row(
        "azure-staging",
        "Azure staging",
        _AZURE,
        {"api": _SOME, "web": _SOME, "postgres": _database(1, 2, 32)},
        Beyond(reason=f"{_ON_AZURE} (1 or more replicas each of API and web)", nearest="enterprise"),
    ),
    _row(
        "azure-production",
        "Azure production",
        _AZURE,
        {"api": _TWO, "web": _TWO, "postgres": _database(2, 8, 128)},
        Beyond(
            reason=f"{_ON_AZURE} in several zones (2 or more replicas each of API and web, 128 GB or more)",
            nearest="enterprise-monitoring",
        ),
    ),
)

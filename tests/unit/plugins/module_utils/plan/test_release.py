# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Releases: what may run twice, what each way takes, and which one there is room for."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan import release
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Row
from ansible_collections.holdfast.host.plugins.module_utils.units import MIB
from tests.planning import COMPOSE, wish

WITH_VOLUME = COMPOSE.replace("    command: [run, worker]", "    volumes: [spool:/spool]\nvolumes: {spool: }")
ROWS = [
    Row(who="db", group="store", reason="", each_bytes=512 * MIB),
    Row(who="web", group="service", reason="", each_bytes=100 * MIB, count=2, cpus=0.5, twice=True),
    Row(who="api", group="service", reason="", each_bytes=150 * MIB, cpu_share=0.25, twice=True),
    Row(who="spool", group="service", reason="", each_bytes=900 * MIB),
]


@pytest.mark.parametrize(
    ("compose", "services", "names"),
    [
        (COMPOSE, {}, {"web", "worker"}),
        (WITH_VOLUME, {}, {"web"}),
        (COMPOSE, {"worker": {"once": True}}, {"web"}),
        (COMPOSE, {"worker": {"ports": [{"port": 2525, "target": 25}]}}, {"web"}),
    ],
)
def test_what_one_writer_owns_or_holds_a_port_runs_once(
    compose: str, services: dict[str, Any], names: set[str]
) -> None:
    assert release.twice(wish(compose, services=services)) == names


@pytest.mark.parametrize(
    ("free", "strategy", "mib", "cpus"),
    [
        (350, release.TWO_COLOURS, 350, 1.25),
        (349, release.ONE_BY_ONE, 150, 0.5),
        (150, release.ONE_BY_ONE, 150, 0.5),
        (149, release.STOP_FIRST, 0, 0.0),
        (-5, release.STOP_FIRST, 0, 0.0),
    ],
)
def test_auto_takes_the_best_way_for_which_there_is_room(free: int, strategy: str, mib: int, cpus: float) -> None:
    chosen = release.choose("auto", ROWS, free * MIB)
    assert (chosen.strategy, chosen.bytes, chosen.cpus) == (strategy, mib * MIB, cpus)
    assert chosen.as_dict()["strategy"] == strategy


@pytest.mark.parametrize("asked", release.STRATEGIES)
def test_what_is_asked_for_is_done_and_counted(asked: str) -> None:
    chosen = release.choose(asked, ROWS, 0)
    assert (chosen.strategy, chosen.bytes) == (asked, release.room(asked, ROWS))


def test_a_release_that_stops_services_is_told_with_what_is_lacking() -> None:
    chosen = release.choose("auto", ROWS, 100 * MIB)
    (finding,) = release.findings("auto", chosen, ROWS, 100 * MIB)
    assert finding.level == "warning"
    assert "one-by-one lacks 50 MiB and two-colours 250 MiB" in finding.hint
    assert release.findings("stop-first", chosen, ROWS, 100 * MIB) == []
    assert release.findings("auto", release.choose("auto", ROWS, 200 * MIB), ROWS, 200 * MIB) == []
    assert release.findings("auto", chosen, [row for row in ROWS if not row.twice], 0) == []

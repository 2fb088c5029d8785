# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The pure parts of PostgreSQL's benches: what each tuner gives, what a round comes to, and who wins."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB
from tests.bench.postgres import kill
from tests.bench.postgres.contenders import CONTENDERS, DISK, Config, Machine, changed
from tests.bench.postgres.loads import CELLS, LOADS, scale
from tests.bench.postgres.server import latency, rate, words_of
from tests.bench.postgres.stats import interval, ratios, verdict
from tests.bench.postgres.tables import kill_rows, rows
from tests.bench.postgres.throughput import compared, summed

SAID = """
transaction type: <builtin: select only>
latency average = 0.845 ms
tps = 18930.441906 (without initial connection time)
"""


def _machine(workload: str = "web", limit: int = GIB) -> Machine:
    return Machine(limit=limit, cpus=2, disk=DISK, workload=workload)


@pytest.mark.parametrize(
    ("name", "workload", "expected"),
    [
        ("stock", "web", {}),
        ("pgtune", "web", {"max_connections": "200", "shared_buffers": "262144kB", "work_mem": "4096kB"}),
        ("pgtune", "oltp", {"max_connections": "300", "max_wal_size": "8GB"}),
        ("pgtune", "mixed", {"max_connections": "100", "maintenance_work_mem": "65536kB"}),
        ("pigsty", "web", {"max_connections": "250", "shared_buffers": "256MB", "work_mem": "16MB"}),
        ("pigsty", "web", {"hash_mem_multiplier": "8.0", "maintenance_work_mem": "64MB", "max_wal_size": "8GB"}),
        ("autobase", "web", {"max_connections": "1000", "shared_buffers": "256MB", "work_mem": "64MB"}),
    ],
)
def test_what_the_peers_formulas_give_a_gibibyte(name: str, workload: str, expected: dict[str, str]) -> None:
    settings = CONTENDERS[name](_machine(workload)).settings
    assert {each: settings[each] for each in expected} == expected


@pytest.mark.parametrize("workload", [load.workload for load in LOADS.values()])
def test_ours_is_what_the_tuner_plans(workload: str) -> None:
    ours = CONTENDERS["holdfast"](_machine(workload))
    assert ours.connections() < 100
    assert ours.shm_bytes > 0
    assert changed({"work_mem": "9MB", "jit": ""})(_machine(workload)).settings["work_mem"] == "9MB"
    assert "jit" not in changed({"jit": ""})(_machine(workload)).settings


def test_connections_leave_the_superusers_out() -> None:
    assert Config(settings={}).connections() == 97
    assert Config(settings={"max_connections": "250", "superuser_reserved_connections": "10"}).connections() == 240


def test_data_is_a_multiple_of_the_limit() -> None:
    assert [scale(GIB, ratio) for ratio in ("0.2x", "1x", "4x")] == [14, 68, 273]
    assert scale(MIB, "0.2x") == 1
    assert len(CELLS) == 9


def test_what_pgbench_says_is_read() -> None:
    assert (rate(SAID), latency(SAID)) == (18930.441906, 0.845)
    assert (rate("pgbench: error: client 0 aborted"), latency("")) == (None, None)
    assert "--client=16" in words_of(LOADS["select"], 16, 8, 14)
    assert "--define=accounts=1400000" in words_of(LOADS["mix"], 4, 8, 14)


def _round(tps: float | None, killed: int = 0) -> dict[str, Any]:
    return {"tps": tps, "latency_ms": None if tps is None else 1.0, "killed": killed, "clients": 4}


def test_rounds_are_summed_and_a_killed_one_counts() -> None:
    good = summed([_round(10), _round(12), _round(11)])
    assert (good["median"], good["failed"], good["killed"]) == (11, 0, 0)
    assert good["interval"] == [10, 12]
    lost = summed([_round(None, 2), _round(None, 1)])
    assert (lost["median"], lost["failed"], lost["killed"]) == (None, 2, 3)


@pytest.mark.parametrize(
    ("ours", "peer", "says"),
    [([11, 12, 13, 12, 11], [10, 10, 10, 10, 10], "win"), ([9, 8, 9, 9, 8], [10] * 5, "lose"),
     ([9, 11, 10, 9, 11], [10] * 5, "tie")],
)  # fmt: skip
def test_a_verdict_needs_an_interval_without_one(ours: list[float], peer: list[float], says: str) -> None:
    assert verdict(ratios(ours, peer)) == says
    seen = {"holdfast": summed([_round(each) for each in ours]), "pgtune": summed([_round(each) for each in peer])}
    assert compared(seen)["verdict"] == says


def test_a_peer_that_was_killed_is_no_best_peer() -> None:
    seen = {
        "holdfast": summed([_round(5), _round(5)]),
        "fast": summed([_round(50), _round(None, 1)]),
        "slow": summed([_round(4), _round(4)]),
    }
    assert compared(seen)["best_peer"] == "slow"
    del seen["slow"]
    assert compared(seen)["verdict"] == "win"
    seen = {"holdfast": summed([_round(None, 1)]), "slow": summed([_round(4)])}
    assert compared(seen)["verdict"] == "lose"


def test_intervals_are_repeatable_and_hold_the_median() -> None:
    low, high = interval([1, 2, 3, 4, 100])
    assert (low, high) == interval([1, 2, 3, 4, 100])
    assert low <= 3 <= high
    assert ratios([1.0, None, 3.0], [2.0, 2.0, None]) == [0.5]


def test_a_killed_round_is_bad_and_so_is_a_server_that_did_not_start() -> None:
    good = {"killed": 0, "dropped": 0, "no_memory": 0}
    assert not kill.bad(good)
    assert all(kill.bad({**good, key: 1}) for key in good)
    assert kill.bad({"killed": None, "dropped": None})


def test_each_node_gets_more_rows_than_fit() -> None:
    config = Config(settings={"work_mem": "16MB", "hash_mem_multiplier": "8.0"})
    assert kill.rows_of(config, 68) == int(128 * MIB * kill.FULL / kill.ROW_BYTES)
    assert kill.rows_of(config, 1) == 100_000
    assert kill.rows_of(Config(settings={}), 68) == int(8 * MIB * kill.FULL / kill.ROW_BYTES)


def test_sessions_that_were_lost_are_counted() -> None:
    said = "FATAL:  terminating connection due to\nserver closed the connection unexpectedly\nERROR:  out of memory"
    assert len(kill.DROPPED.findall(said)) == 2
    assert len(kill.NO_MEMORY.findall(said)) == 1


def test_the_tables_show_ours_and_the_killed() -> None:
    seen = {"holdfast": summed([_round(5), _round(5)]), "fast": summed([_round(None, 1), _round(None, 1)])}
    cell = {"contenders": seen} | compared(seen)
    assert rows({"mix 1x": cell})[1] == ["mix 1x", "5 (5 to 5)", "killed", "-", "-", "win"]
    assert rows({}) == []
    kills = dict.fromkeys(("rounds", "bad_rounds", "killed", "dropped", "no_memory", "failed_starts", "clients"), 1)
    assert kill_rows({"a": {**kills, "peak_mib": 9}})[1] == ["a", 1, 1, 1, 1, 1, 1, 1, 9]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The pure parts of PostgreSQL's benches: what each tuner gives, what a round comes to, and who wins."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB
from tests.bench.postgres import kill
from tests.bench.postgres.asks import asks_bytes
from tests.bench.postgres.contenders import CONTENDERS, DISK, Config, Machine, changed
from tests.bench.postgres.loads import CELLS, LOADS, scale
from tests.bench.postgres.server import latency, rate, words_of
from tests.bench.postgres.stats import interval, ratios, verdict
from tests.bench.postgres.tables import KILL_COLUMNS, kill_rows, rows
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
    assert "--client=16" in words_of(LOADS["select"], 16, 8, 14, 1)
    assert "--define=accounts=1400000" in words_of(LOADS["mix"], 4, 8, 14, 1)


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


GOOD_ROUND = {
    "killed": 0, "dropped": 0, "no_memory": 0, "aborted": 0, "ended": True, "transactions": 5, "lacks": [],
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [{"killed": 1}, {"dropped": 1}, {"no_memory": 1}, {"aborted": 1}, {"ended": False}, {"transactions": 0},
     {"lacks": ["Sort"]}, {"killed": None}],
)  # fmt: skip
def test_a_round_that_lost_something_or_was_none_is_bad(change: dict[str, Any]) -> None:
    assert not kill.bad(GOOD_ROUND)
    assert kill.bad({**GOOD_ROUND, **change})


def test_ours_killed_in_some_rounds_is_no_win() -> None:
    seen = {
        "holdfast": summed([_round(50), *[_round(None, 1)] * 4]),
        "slow": summed([_round(4)] * 5),
    }
    assert compared(seen)["verdict"] == "lose"


def test_what_a_configuration_may_ask_for() -> None:
    limits = {name: asks_bytes(make(_machine()), GIB) / GIB for name, make in CONTENDERS.items()}
    assert limits["holdfast"] <= 1
    assert limits["autobase"] > limits["pigsty"] > limits["pgtune"] > limits["stock"] > 1


def test_each_node_gets_more_rows_than_fit() -> None:
    config = Config(settings={"work_mem": "16MB", "hash_mem_multiplier": "8.0"})
    assert kill.rows_of(config, 68) == int(128 * MIB * kill.FULL / kill.ROW_BYTES)
    assert kill.rows_of(config, 1) == 100_000
    assert kill.rows_of(Config(settings={}), 68) == int(8 * MIB * kill.FULL / kill.ROW_BYTES)


@pytest.mark.parametrize(
    ("said", "dropped", "no_memory", "aborted"),
    [
        ("FATAL:  terminating connection due to", 1, 0, 0),
        ("perhaps the backend died while processing", 1, 0, 0),
        ("FATAL:  the database system is in recovery mode", 1, 0, 0),
        ("ERROR:  out of memory", 0, 1, 0),
        ("ERROR:  could not resize shared memory segment", 0, 1, 0),
        (
            "client 3 script 0 aborted in command 0 query 0: ERROR:  temporary file size exceeds temp_file_limit",
            0,
            0,
            1,
        ),
        ("pgbench: client 3 aborted in command 2", 0, 0, 1),
        ("number of transactions actually processed: 12", 0, 0, 0),
    ],
)
def test_sessions_that_were_lost_are_counted(said: str, dropped: int, no_memory: int, aborted: int) -> None:
    patterns = (kill.DROPPED, kill.NO_MEMORY, kill.ABORTED)
    assert [len(each.findall(said)) for each in patterns] == [dropped, no_memory, aborted]


def test_the_tables_show_ours_and_the_killed() -> None:
    seen = {"holdfast": summed([_round(5), _round(5)]), "fast": summed([_round(None, 1), _round(None, 1)])}
    cell = {"contenders": seen} | compared(seen)
    assert rows({"mix 1x": cell})[1] == ["mix 1x", "5 (5 to 5)", "killed", "-", "-", "win"]
    assert rows({}) == []
    kills = dict.fromkeys(KILL_COLUMNS, 1)
    assert kill_rows({"a": {**kills, "peak_mib": 9}})[1][-2:] == [9, 1]

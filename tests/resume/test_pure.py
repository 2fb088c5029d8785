# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The parts of a trial that need no host."""

from __future__ import annotations

import random
from typing import Any

import pytest

from .moments import KINDS, Moment, Stratum, draw, draw_any, due
from .on_host.servers import redis_differs
from .on_host.state import limit
from .playbook import Step, changes, steps
from .trial import differences

OUTPUT = [
    (0.5, "PLAY [Bring every host to its plan] ****\n"),
    (1.0, "TASK [holdfast.host.docker : install | Install the engine] ****\n"),
    (9.0, "changed: [mol-c]\n"),
    (9.1, "TASK [Another] ***\n"),
]
TIMELINE = [
    Step(task="docker : install | Install the engine", start=1.0, end=9.1),
    Step(task="Another", start=9.1, end=10),
]
ORDER = [step.task for step in TIMELINE]


def chance(seed: int) -> random.Random:
    """Return a source of numbers that repeat."""
    return random.Random(seed)  # noqa: S311 - a seed is wanted, not a secret


def test_the_tasks_of_a_run_are_read_from_its_output() -> None:
    assert steps(OUTPUT, 10) == TIMELINE
    assert steps(OUTPUT[:1], 10) == []


@pytest.mark.parametrize(
    ("recap", "count"),
    [
        ("mol-c : ok=27  changed=0    unreachable=0    failed=0    skipped=6", 0),
        ("mol-c : ok=27  changed=12   unreachable=0    failed=0    skipped=6", 12),
        ("mol-c : ok=27  changed=0    unreachable=0    failed=1    skipped=6", None),
        ("mol-c : ok=27  changed=0    unreachable=1    failed=0    skipped=6", None),
        ("", None),
    ],
)
def test_a_failed_run_has_no_count_of_changes(recap: str, count: int | None) -> None:
    assert changes(recap) == count


@pytest.mark.parametrize("seed", range(50))
def test_a_moment_lies_in_its_stratum_and_repeats(seed: int) -> None:
    moment = draw(chance(seed), Stratum(kind="both", tasks=("docker :",)), TIMELINE)
    assert moment.task == TIMELINE[0].task
    assert 0 <= moment.after <= 8.1
    assert moment == draw(chance(seed), Stratum(kind="both", tasks=("docker :",)), TIMELINE)
    assert draw_any(chance(seed), TIMELINE) == draw_any(chance(seed), TIMELINE)


def test_any_moment_and_kind_comes_up() -> None:
    drawn = [moment for seed in range(50) for moment in draw_any(chance(seed), TIMELINE)]
    assert {moment.kind for moment in drawn} == set(KINDS)
    assert {moment.task for moment in drawn} == set(ORDER)
    assert len(drawn) > 50, "a second kill in one of three cases"


def test_a_stratum_without_a_task_is_told() -> None:
    with pytest.raises(ValueError, match="no task of the run begins with nowhere"):
        draw(chance(1), Stratum(kind="both", tasks=("nowhere",)), TIMELINE)


@pytest.mark.parametrize(
    ("output", "now", "wanted"),
    [(OUTPUT[:1], 5, False), (OUTPUT[:2], 3.9, False), (OUTPUT[:2], 4.1, True), (OUTPUT, 9.2, True)],
    ids=["before", "too soon", "in time", "later task"],
)
def test_a_kill_is_due(output: list[tuple[float, str]], now: float, wanted: bool) -> None:
    moment = Moment(kind="module", task=TIMELINE[0].task, after=3)
    assert due(moment, ORDER, now, steps(output, now)) is wanted


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"a": {"b": 1}, "c": [1, 2]}, []),
        ({"a": {"b": 2}, "c": [1, 2]}, ["a.b: 1 became 2"]),
        ({"a": {}, "c": [1, 2]}, ["a.b: 1 became None"]),
        ({"a": {"b": 1, "d": 3}, "c": [1, 2]}, ["a.d: None became 3"]),
        ({"a": {"b": 1}, "c": [1, 3]}, ["c: [2] became [3]"]),
        ({"a": {"b": 1}, "c": [2, 1]}, ["c: the same in another order became []"]),
    ],
)
def test_every_difference_is_told(found: dict[str, Any], told: list[str]) -> None:
    assert list(differences({"a": {"b": 1}, "c": [1, 2]}, found)) == told


@pytest.mark.parametrize(
    ("file", "runs", "named"),
    [
        ("maxmemory 70mb\n", {"maxmemory": "73400320"}, []),
        ("maxmemory 70mb\nmaxmemory 7mb\n", {"maxmemory": "73400320"}, ["maxmemory"]),
        ("# why\nhz 10\ninclude /run/x\n", {"hz": "10"}, []),
        ("hz 10\n", {}, ["hz"]),
        (
            "client-output-buffer-limit normal 8192kb 4096kb 60 replica 0 0 0\n",
            {"client-output-buffer-limit": "normal 8388608 4194304 60 slave 0 0 0"},
            [],
        ),
        ('save ""\n', {"save": ""}, []),
        ('save ""\n', {"save": "3600 1"}, ["save"]),
    ],
)
def test_redis_is_compared_by_value(file: str, runs: dict[str, str], named: list[str]) -> None:
    assert [line.split()[3] for line in redis_differs(file, runs)] == named


def test_limits_in_any_order_are_the_same() -> None:
    files, dumps = {"Name": "nofile", "Hard": 1}, {"Name": "core", "Hard": 0}
    assert limit([files, dumps]) == limit([dumps, files]) == [dumps, files]
    # Other lists have an order that counts.
    assert limit(["b", "a"]) == ["b", "a"]
    assert (limit(None), limit({"Name": "always"})) == (None, {"Name": "always"})

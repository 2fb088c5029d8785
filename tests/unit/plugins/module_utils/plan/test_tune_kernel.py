# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One table of kernel values: needs win, and whoever loses is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan.kernel_rows import Machine, rows
from ansible_collections.holdfast.host.plugins.module_utils.plan.tune_kernel import merge, tune
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, TIB

REDIS = Machine(memory_bytes=8 * GIB, stores=frozenset({"redis", "postgres"}), forks=True)
MACHINES = st.builds(
    Machine,
    memory_bytes=st.integers(GIB // 4, 4 * TIB),
    rotational=st.booleans(),
    mbps=st.sampled_from([100, 1000, 10_000]),
    stores=st.frozensets(st.sampled_from(["redis", "postgres", "search", "vectors"])),
    forks=st.booleans(),
)


@pytest.mark.parametrize(
    ("machine", "name", "value", "losers"),
    [
        (REDIS, "net.ipv4.ip_forward", "1", ["security"]),
        (REDIS, "vm.overcommit_memory", "1", ["docker", "postgres"]),
        (Machine(memory_bytes=GIB, stores=frozenset({"postgres"})), "vm.overcommit_memory", "0", ["postgres"]),
    ],
)
def test_who_wins(machine: Machine, name: str, value: str, losers: list[str]) -> None:
    tuned = tune(machine, {}, "p")
    assert {each.name: each.value for each in tuned.settings}[name] == value
    lost = [each for each in tuned.conflicts if each.name == name]
    assert [each.by for each in lost] == losers
    assert all(each.won == value and each.reason for each in lost)


@given(MACHINES, st.randoms(use_true_random=False))
def test_the_order_of_wishes_does_not_matter(machine: Machine, order: st.DataObject) -> None:
    wishes = rows(machine)
    shuffled = sorted(wishes, key=lambda _: order.random())  # type: ignore[attr-defined]
    assert merge(shuffled) == merge(wishes)
    tuned = tune(machine, {}, "p")
    names = [each.name for each in tuned.settings]
    assert len(names) == len(set(names))
    # Its change resets what stands below net.ipv4.conf.
    assert names[0] == "net.ipv4.ip_forward"
    values = {each.name: each.value for each in tuned.settings}
    assert 0 < int(values["vm.dirty_background_bytes"]) < int(values["vm.dirty_bytes"])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("net.ipv4.ip_forward", "0", "docker"),
        ("vm.overcommit_memory", "0", "redis"),
        ("vm.overcommit_memory", "2", "redis"),
        ("user.max_user_namespaces", "0", "docker"),
        ("vm.swappiness", " ", "must have a value"),
    ],
)
def test_an_override_that_breaks_something_is_refused(name: str, value: str, said: str) -> None:
    (finding,) = tune(REDIS, {name: value}, "p").findings
    assert finding.path == f"p.{name}"
    assert said in finding.rule


def test_an_override_stands_and_the_plan_says_whom_it_beat() -> None:
    tuned = tune(REDIS, {"vm.swappiness": "1"}, "p")
    assert [each.value for each in tuned.settings if each.name == "vm.swappiness"] == ["1"]
    assert ("vm.swappiness", "declared") in {(each.name, each.winner) for each in tuned.conflicts}
    assert tuned.findings == []

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a larger host buys, told from two plans of the same stack."""

from __future__ import annotations

from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import step_up
from ansible_collections.holdfast.host.plugins.module_utils.plan.build import build
from ansible_collections.holdfast.host.plugins.module_utils.plan.fit import Fit
from ansible_collections.holdfast.host.plugins.module_utils.tiers import Need
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.planning import measured, wish


def _bought(small: float, large: float, cpus: tuple[float, float] = (2, 2), **changes: Any) -> dict[str, Any]:
    asked, host = wish(**changes), measured(memory_bytes=int(small * GIB), cpus=cpus[0])
    larger = step_up.grown(host, Need(cpus=cpus[1], memory_bytes=int(large * GIB), disk_bytes=200 * GIB))
    plans = [build(asked, each, Fit(shown={}, findings=[]))[0] for each in (host, larger)]
    return {each["what"]: (each["now"], each["then"]) for each in step_up.buys(*plans)}


def test_what_grows_is_told_in_the_stack_s_own_terms() -> None:
    found = _bought(2, 8)
    assert found["releases"] == ("one-by-one", "two-colours")
    assert found["db memory"][1].endswith("GiB")
    for name in ("db shared_buffers", "db max_connections", "cache maxmemory", "db disk"):
        assert name in found, found


def test_those_of_the_same_size_share_a_line() -> None:
    assert "cache, web, worker memory" in _bought(2, 8)
    assert _bought(2, 8)["cache, web, worker memory"][0].endswith("each")


def test_a_stack_that_did_not_fit_and_does_now_is_told_first() -> None:
    changes: dict[str, Any] = {"services": {"web": {"memory": "2GiB"}}}
    found = _bought(2, 8, **changes)
    assert next(iter(found)) == "the stack"
    assert found["the stack"][0].startswith("lacks ")
    assert found["the stack"][1] == "fits"
    assert _bought(2, 2.2, **changes)["the stack"][1].startswith("lacks ")


def test_more_cpus_are_told_as_what_limits_get_of_them() -> None:
    found = _bought(8, 8, (2, 8), services={"web": {"cpus": 2}})
    assert found["web when all are busy"][1] == "2 of 2 CPUs"
    assert found["budget.cpus"] == ("warned of", "no warning")


def test_the_same_host_buys_nothing() -> None:
    asked, host = wish(), measured()
    plan, _ = build(asked, host, Fit(shown={}, findings=[]))
    assert step_up.buys(plan, plan) == []


def test_a_disk_never_shrinks_and_an_unknown_one_stays_unknown() -> None:
    machine = Need(cpus=4, memory_bytes=GIB, disk_bytes=GIB)
    mount = step_up.grown(measured(), machine).mount_of("/var/lib/docker")
    assert mount
    assert mount.total_bytes == 80 * GIB
    assert step_up.grown(measured(mounts=[]), machine).mounts == ()

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Networks of services with a list: who is on which, with what addresses and names."""

from __future__ import annotations

from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import egress
from tests.planning import wish


def made(**services: Any) -> dict[str, Any]:
    return egress.part(wish(services={name: {"egress": each} for name, each in services.items()}))


def members(part: dict[str, Any]) -> dict[str, list[str]]:
    return {each["name"]: each["members"] for each in part["networks"]}


def test_nothing_is_there_where_nobody_has_a_list() -> None:
    part = egress.part(wish())
    assert (part["services"], part["networks"]) == ([], [])
    assert egress.gate_bytes(wish()) == 0


def test_a_service_is_on_the_gates_network_and_with_whom_it_names() -> None:
    part = made(worker=["api.example.org:443", "db"])
    assert members(part) == {"shop-egress-worker": ["worker"], "shop-inside-worker": ["db", "worker"]}
    (service,) = part["services"]
    assert service["doors"] == [{"port": 443, "door": 47801}]
    assert {"db", "cache", "web", "worker"} <= set(service["inside"])
    assert all(each["internal"] for each in part["networks"])
    assert egress.gate_bytes(wish(services={"worker": {"egress": []}})) == egress.GATE_BYTES


def test_a_service_that_names_nobody_is_alone() -> None:
    assert members(made(worker=[])) == {"shop-egress-worker": ["worker"]}


def test_a_routed_service_shares_a_network_with_the_edge() -> None:
    part = made(web=[])
    assert [(each["name"], each["edge"]) for each in part["networks"]] == [
        ("shop-egress-web", False),
        ("shop-inside-web", True),
    ]


def test_two_limited_services_share_nothing_else() -> None:
    part = made(web=["db", "worker"], worker=["cache"])
    assert members(part) == {
        "shop-egress-web": ["web"],
        "shop-inside-web": ["db", "web"],
        "shop-egress-worker": ["worker"],
        "shop-inside-worker": ["cache", "worker"],
        "shop-link-web-worker": ["web", "worker"],
    }


def test_an_observed_service_keeps_what_does_not_refuse_it() -> None:
    part = made(worker={"mode": "observe", "allow": []})
    assert members(part) == {
        "shop-observe-worker": ["worker"],
        "shop-inside-worker": ["cache", "db", "web", "worker"],
    }
    assert [each["internal"] for each in part["networks"]] == [False, True]
    assert part["services"][0]["doors"] == []
    both = made(web=[], worker={"mode": "observe", "allow": []})
    assert members(both)["shop-inside-worker"] == ["cache", "db", "worker"]


def test_addresses_follow_from_names_and_do_not_overlap() -> None:
    alone, together = made(worker=[]), made(web=[], worker=[])
    one = {each["name"]: each["subnet"] for each in alone["networks"]}
    both = {each["name"]: each["subnet"] for each in together["networks"] if each["subnet"]}
    assert one["shop-egress-worker"] == both["shop-egress-worker"]
    assert len(set(both.values())) == len(both) == 2
    small = wish(services={"web": {"egress": []}, "worker": {"egress": []}}, egress={"pool": "10.99.0.0/22"})
    subnets = {each["subnet"] for each in egress.part(small)["networks"] if each["subnet"]}
    assert subnets < {f"10.99.{number}.0/24" for number in range(4)}


def test_an_interface_has_a_name_that_the_kernel_takes() -> None:
    for each in made(web=["worker"], worker=[])["networks"]:
        assert len(each["bridge"]) <= 15


def test_another_list_has_another_digest() -> None:
    assert made(worker=[])["digest"] == made(worker=[])["digest"] != made(worker=["a.example.org:443"])["digest"]

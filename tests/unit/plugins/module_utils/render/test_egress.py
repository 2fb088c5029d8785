# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Services with a list in the Compose projects: their networks, their names, and who answers for stores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.planning import STACK, merged, planned


def made(directory: Path, **changes: Any) -> dict[str, Any]:
    return planned(directory, raw=merged(STACK, changes), provided=["SECRET_KEY"])


def projects(directory: Path, **services: Any) -> dict[str, Any]:
    found: dict[str, Any] = made(directory, services=services)["projects"]
    return found


def test_a_limited_service_is_on_its_own_networks_alone(tmp_path: Path) -> None:
    found = projects(tmp_path, worker={"egress": ["api.example.org:443", "*.cdn.example.org:443", "db"]})
    worker = found["app"]["services"]["worker"]
    assert sorted(worker["networks"]) == ["holdfast-egress-worker", "holdfast-inside-worker"]
    gateway = worker["dns"][0]
    assert worker["extra_hosts"] == [f"api.example.org:{gateway}"]
    assert worker["volumes"][-1] == {
        "type": "bind",
        "source": "/etc/holdfast/egress/resolv/worker.conf",
        "target": "/etc/resolv.conf",
        "read_only": True,
    }
    assert found["app"]["networks"]["holdfast-egress-worker"] == {"name": "shop-egress-worker", "external": True}
    # The rest is as it was.
    assert sorted(found["app"]["services"]["web"]["networks"]) == ["default", "holdfast-edge", "holdfast-stores"]
    assert "holdfast-inside-worker" in found["stores"]["services"]["db"]["networks"]
    assert "holdfast-inside-worker" not in found["stores"]["services"]["cache"]["networks"]


def test_the_edge_finds_a_routed_service_on_its_network(tmp_path: Path) -> None:
    found = projects(tmp_path, web={"egress": []})
    assert found["edge"]["services"]["nginx"]["networks"] == ["holdfast-edge", "holdfast-inside-web"]
    assert found["app"]["services"]["web"]["networks"]["holdfast-inside-web"] == {"aliases": ["web.blue"]}
    assert "holdfast-inside-web" in found["edge"]["networks"]


def test_a_pooler_answers_for_its_server(tmp_path: Path) -> None:
    plan = made(tmp_path, stores={"postgres": {"pool": {"clients": 100}}}, services={"worker": {"egress": ["db"]}})
    services = plan["projects"]["stores"]["services"]
    pooler = plan["stores"]["postgres"]["pooler"]["service"]
    assert services[pooler]["networks"]["holdfast-inside-worker"] == {"aliases": ["db"]}
    assert "holdfast-inside-worker" not in services["db"]["networks"]


def test_an_observed_service_asks_the_gate_and_has_a_way_out(tmp_path: Path) -> None:
    found = projects(tmp_path, worker={"egress": {"mode": "observe", "allow": ["api.example.org:443"]}})
    worker = found["app"]["services"]["worker"]
    assert sorted(worker["networks"]) == ["holdfast-inside-worker", "holdfast-observe-worker"]
    assert len(worker["dns"]) == 1
    assert "extra_hosts" not in worker
    assert "holdfast-inside-worker" in found["app"]["services"]["web"]["networks"]


def test_what_verify_looks_for(tmp_path: Path) -> None:
    plan = made(tmp_path, services={"worker": {"egress": {"mode": "observe", "allow": []}}, "web": {"egress": []}})
    wanted = plan["expect"]["egress"]
    assert set(wanted["observed"]) == {"worker"}
    assert wanted["members"]["web"] == ["shop-egress-web", "shop-inside-web"]
    assert [each["path"] for each in plan["egress"]["files"]] == ["/etc/holdfast/egress/resolv/web.conf"]
    assert made(tmp_path)["expect"]["egress"] is None

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Where things are reached: routes, ports, health."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.place import (
    alias,
    health_checks,
    public_ports,
    routes,
)
from tests.planning import stack, wish


def _routes(**services: Any) -> dict[str, Any]:
    return routes(wish(services={"web": None} | services), "blue")


def test_each_host_leads_to_its_own_service() -> None:
    found = _routes(
        web={"routes": [{"host": "b.example.org"}]},
        worker={"routes": [{"host": "a.example.org", "port": 9000}]},
    )
    assert [(server["host"], server["locations"][0]["service"]) for server in found["servers"]] == [
        ("a.example.org", "worker"),
        ("b.example.org", "web"),
    ]
    assert found["upstreams"] == [
        {"name": "web_8000", "server": "web.blue", "port": 8000},
        {"name": "worker_9000", "server": "worker.blue", "port": 9000},
    ]


def test_the_longest_path_comes_first_and_one_upstream_serves_many_routes() -> None:
    paths = ["/", "/api/", "/api/v2/", "/b/"]
    found = _routes(web={"routes": [{"host": "a.example.org", "path": path} for path in paths]})
    assert [each["path"] for each in found["servers"][0]["locations"]] == ["/api/v2/", "/api/", "/b/", "/"]
    assert [each["name"] for each in found["upstreams"]] == ["web_8000"]


def test_a_location_in_nginxs_units() -> None:
    route = {"host": "a.example.org", "body": "1MiB", "timeout": "1m30s", "static": {"path": "/s/", "expires": "7d"}}
    location = _routes(web={"routes": [route]})["servers"][0]["locations"][0]
    assert location == {
        "path": "/",
        "upstream": "web_8000",
        "websocket": False,
        "admin": False,
        "timeout_seconds": 90,
        "body_kib": 1024,
        "static": {"path": "/s/", "expires": "7d"},
        "quiet_path": "/health",
        "service": "web",
    }


@pytest.mark.parametrize(
    ("route", "seconds"),
    [({"timeout": "0.2s"}, 1), ({"websocket": True}, 3600), ({"websocket": True, "timeout": "2h"}, 7200), ({}, 60)],
)
def test_timeouts(route: dict[str, Any], seconds: int) -> None:
    found = _routes(web={"routes": [{"host": "a.example.org"} | route]})
    assert found["servers"][0]["locations"][0]["timeout_seconds"] == seconds


@pytest.mark.parametrize(
    ("service", "quiet"),
    [({"path": "/"}, "/health"), ({"path": "/api/"}, None)],
)
def test_only_the_root_has_a_quiet_path(service: dict[str, Any], quiet: str | None) -> None:
    found = _routes(web={"routes": [{"host": "a.example.org"} | service]})
    assert found["servers"][0]["locations"][0]["quiet_path"] == quiet


@pytest.mark.parametrize(
    ("other", "quiet"),
    [("/health", None), ("/hea", None), ("/healthy", "/health"), ("/health/", "/health"), ("/api/", "/health")],
)
def test_a_path_that_a_longer_route_has_is_not_quietly_taken_from_it(other: str, quiet: str | None) -> None:
    routes = [{"host": "a.example.org"}, {"host": "b.example.org", "path": "/health"}]
    found = _routes(web={"routes": routes}, worker={"routes": [{"host": "a.example.org", "path": other, "port": 1}]})
    (root,) = [each for each in found["servers"][0]["locations"] if each["path"] == "/"]
    assert root["quiet_path"] == quiet


@pytest.mark.parametrize(("body", "kib"), [("1", 1), ("1023", 1), ("1KiB", 1), ("1025", 2), ("1MiB", 1024)])
def test_a_body_below_a_kibibyte_is_still_bounded(body: str, kib: int) -> None:
    found = _routes(web={"routes": [{"host": "a.example.org", "body": body}]})
    assert found["servers"][0]["locations"][0]["body_kib"] == kib


def test_the_certificates_name_changes_with_the_hosts_and_not_with_the_paths() -> None:
    def name(*given: dict[str, Any]) -> Any:
        return _routes(web={"routes": list(given)})["tls"]["name"]

    one = name({"host": "a.example.org"})
    assert one == name({"host": "a.example.org", "path": "/x/"})
    assert one != name({"host": "b.example.org"})


def test_public_ports() -> None:
    published = {"port": 25, "target": 2525, "address": "203.0.113.5"}
    declared = stack(services={"worker": {"ports": [published]}})
    assert [(each["port"], each["address"], each["owner"]) for each in public_ports(declared)] == [
        (80, "0.0.0.0", "edge"),  # noqa: S104
        (443, "0.0.0.0", "edge"),  # noqa: S104
        (25, "203.0.113.5", "worker"),
    ]
    assert public_ports(stack(services={"web": None})) == []


def test_health_checks() -> None:
    made = wish(services={"web": {"health": {"port": 8000}, "replicas": 2}})
    assert health_checks(made) == [
        {"name": "web", "replicas": 2, "port": 8000, "path": "/health"},
        {"name": "worker", "replicas": 1, "port": None, "path": None},
    ]


def test_a_colour_has_a_name_of_its_own() -> None:
    assert alias("web", "blue") != alias("web", "green")


def test_where_administrators_come_from() -> None:
    route = {"host": "a.example.org", "admin": True}
    found = routes(wish(services={"web": {"routes": [route]}}, access={"admin_from": ["203.0.113.7"]}), "blue")
    assert found["admin_from"] == ["203.0.113.7"]
    assert [location["admin"] for location in found["servers"][0]["locations"]] == [True]

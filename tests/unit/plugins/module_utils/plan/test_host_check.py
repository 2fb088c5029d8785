# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What of a host refuses a stack: its system, and ports that are taken."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.host_check import findings, installed
from tests.planning import host, listener, measured, stack

HTTP = [{"port": 80, "protocol": "tcp", "address": "0.0.0.0", "owner": "edge"}]  # noqa: S104


def _os(name: str, version: str) -> dict[str, Any]:
    return {"os": host()["os"] | {"id": name, "version": version}}


@pytest.mark.parametrize(
    "changes",
    [_os("debian", "12"), _os("ubuntu", "26.04"), {"arch": "aarch64"}, {"listening": []}],
    ids=["debian", "ubuntu", "arm", "quiet"],
)
def test_a_supported_host_has_no_finding(changes: dict[str, Any]) -> None:
    assert findings(measured(**changes), HTTP) == []


@pytest.mark.parametrize(
    ("changes", "path", "value"),
    [
        (_os("debian", "11"), "host.os", "debian 11"),
        (_os("fedora", "42"), "host.os", "fedora 42"),
        ({"arch": "armv7l"}, "host.arch", "armv7l"),
        ({"init": "other"}, "host.init", "other"),
        ({"listening": [listener(80, "apache2")]}, "host.ports.80/tcp", "apache2 (pid 42) on 0.0.0.0"),
    ],
)
def test_what_refuses(changes: dict[str, Any], path: str, value: str) -> None:
    (finding,) = findings(measured(**changes), HTTP)
    assert (finding.path, finding.value, finding.level) == (path, value, "error")
    assert finding.hint


@pytest.mark.parametrize(
    "socket",
    [
        listener(80, "docker-proxy"),
        listener(80, "nginx", "127.0.0.1"),
        listener(80, "nginx", "::1"),
        listener(80, "dnsmasq", protocol="udp"),
        listener(8080, "apache2"),
    ],
    ids=["engine", "loopback", "loopback6", "udp", "other port"],
)
def test_a_socket_that_is_in_nobodys_way(socket: dict[str, Any]) -> None:
    assert findings(measured(listening=[socket]), HTTP) == []


def test_what_the_kernel_cannot_enforce_is_told_and_refuses_nothing() -> None:
    found = findings(measured(cgroup={"version": 2, "controllers": ["pids"]}), [])
    assert [finding.level for finding in found] == ["warning", "warning"]
    assert ["memory" in finding.rule for finding in found] == [True, False]


def test_a_port_whose_holder_cannot_be_seen_is_told_but_refuses_nothing() -> None:
    found = findings(measured(listening=[listener(80, None, "::")]), HTTP)
    assert [(each.path, each.value, each.level) for each in found] == [("host.ports.80/tcp", "taken on ::", "warning")]


def _held(name: str, *stores: str) -> dict[str, Any]:
    return {"installed": {"name": name, "projects": ["stores"], "stores": list(stores), "places": [], "keyed": False}}


@pytest.mark.parametrize("changes", [{}, _held("shop", "postgres", "redis"), _held("shop")])
def test_a_bare_host_and_one_that_holds_the_stack_have_no_finding(changes: dict[str, Any]) -> None:
    assert installed(measured(**changes), stack()) == []


def test_a_host_that_holds_another_stack_is_refused() -> None:
    (finding,) = installed(measured(**_held("old", "postgres", "redis")), stack())
    assert (finding.path, finding.value, finding.level) == ("holdfast_stack.name", "shop", "error")
    assert "old" in finding.rule
    assert "docker compose down" in finding.hint


def test_a_store_that_is_declared_no_more_is_told_with_the_volume_that_stays() -> None:
    (finding,) = installed(measured(**_held("shop", "postgres", "redis")), stack(stores={"redis": None}))
    assert (finding.path, finding.level) == ("holdfast_stack.stores.redis", "warning")
    assert "shop-stores_redis" in finding.hint


def _redis(image: str, **settings: str) -> dict[str, Any]:
    plain = {"project": "shop-stores", "service": "cache", "state": "running", "exit_code": 0, "memory_bytes": 0}
    kind = {"cpus": 0.0, "labels": {"holdfast.kind": "redis"}, "units": {}, "written": []}
    return _held("shop", "redis") | {"running": [plain | kind | {"image": image, "settings": settings}]}


@pytest.mark.parametrize("image", ["redis:7", "redis:8"])
@pytest.mark.parametrize("settings", [{}, {"appendonly": "yes", "save": ""}, {"appendonly": "no", "save": "3600 1"}])
def test_valkey_does_not_take_over_what_redis_wrote(image: str, settings: dict[str, str]) -> None:
    (finding,) = installed(measured(**_redis(image, **settings)), stack(stores={"redis": {"server": "valkey"}}))
    assert (finding.path, finding.level) == ("holdfast_stack.stores.redis.server", "error")
    assert image in finding.rule
    assert "shop-stores_redis" in finding.hint


@pytest.mark.parametrize(
    ("changes", "server"),
    [
        (_redis("redis:8", appendonly="no", save=""), "valkey"),
        (_redis("redis:8"), "redis"),
        (_redis("valkey/valkey:9"), "valkey"),
        (_held("shop", "redis"), "valkey"),
        (_held("shop", "redis") | {"running": None}, "valkey"),
    ],
)
def test_a_server_that_reads_what_is_there_has_no_finding(changes: dict[str, Any], server: str) -> None:
    assert installed(measured(**changes), stack(stores={"redis": {"server": server}})) == []

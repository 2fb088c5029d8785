# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Declaration against Compose file: each contradiction, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.spec.check import check, container_ports, declared_stores
from tests.planning import COMPOSE, project, stack

BUILT = COMPOSE.replace("image: registry.example.org/web:1\n    ports", "build: .\n    ports")
ROUTE = {"host": "www.example.org"}
STATIC = ROUTE | {"static": {"path": "/s/"}}


def test_what_goes_together_has_no_finding() -> None:
    assert check(stack(), project()) == []
    assert declared_stores(stack()) == {"postgres": "db", "redis": "cache"}


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        ({"stores": {"postgres": {"service": "dbs"}}}, "stores.postgres.service", "did you mean 'db'?"),
        ({"stores": {"redis": {"service": "db"}}}, "stores.redis.service", "postgres takes it already"),
        ({"services": {"wbe": {}}}, "services.wbe", "did you mean 'web'?"),
        ({"services": {"db": {}}}, "services.db", "stores.postgres"),
        (
            {"services": {"worker": {"routes": [ROUTE | {"port": 1}]}}},
            "services.worker.routes[0]",
            "web has it already",
        ),
        ({"services": {"web": {"routes": [ROUTE, ROUTE]}}}, "services.web.routes[1]", "web has it already"),
        ({"services": {"worker": {"routes": [{"host": "b.example.org"}]}}}, "services.worker.routes[0].port", "none"),
        ({"services": {"web": {"ports": [{"port": 443, "target": 1}]}}}, "services.web.ports[0].port", "edge"),
        ({"services": {"web": {"ports": [{"port": 22, "target": 1}]}}}, "services.web.ports[0].port", "SSH"),
        (
            {"access": {"ssh_ports": [2222]}, "services": {"web": {"ports": [{"port": 2222, "target": 1}]}}},
            "services.web.ports[0].port",
            "SSH",
        ),
        (
            {"services": {"web": {"routes": [ROUTE | {"admin": True}]}}},
            "services.web.routes[0].admin",
            "access.admin_from",
        ),
        (
            {"services": {"web": {"replicas": 2, "ports": [{"port": 25, "target": 1}]}}},
            "services.web.ports[0].port",
            "one container",
        ),
        (
            {
                "services": {
                    "web": {"ports": [{"port": 25, "target": 1}]},
                    "worker": {"ports": [{"port": 25, "target": 1}]},
                }
            },
            "services.worker.ports[0].port",
            "service web",
        ),
        (
            {"services": {"web": {"routes": [STATIC | {"path": "/s/"}]}}},
            "services.web.routes[0].static.path",
            "a route",
        ),
        (
            {"services": {"web": {"routes": [STATIC, STATIC | {"path": "/b/"}]}}},
            "services.web.routes[1].static.path",
            "the static path of web",
        ),
        (
            {"services": {"web": {"routes": [STATIC]}, "worker": {"routes": [ROUTE | {"path": "/s/", "port": 1}]}}},
            "services.web.routes[0].static.path",
            "a route",
        ),
        ({"tls": {"mode": "files", "certificate": "a.pem"}}, "tls.key", "mode: files"),
        ({"tls": {"mode": "files", "key": "a.pem"}}, "tls.certificate", "mode: files"),
    ],
)
def test_contradictions(changes: dict[str, Any], path: str, said: str) -> None:
    (finding,) = check(stack(**changes), project())
    assert finding.path == f"holdfast_stack.{path}"
    assert said in f"{finding.rule} {finding.hint}"
    assert finding.hint


def test_the_same_port_of_another_protocol_is_another_port() -> None:
    ports = [{"port": 443, "target": 1, "protocol": "udp"}]
    assert check(stack(services={"web": {"ports": ports}}), project()) == []


def test_two_paths_of_one_host_are_two_routes() -> None:
    routes = [ROUTE, ROUTE | {"path": "/api/"}]
    assert check(stack(services={"web": {"routes": routes}}), project()) == []


def test_static_paths_of_two_hosts_and_two_paths_of_one_are_in_nobodys_way() -> None:
    routes = [STATIC, STATIC | {"host": "b.example.org"}, ROUTE | {"path": "/b/", "static": {"path": "/b/s/"}}]
    assert check(stack(services={"web": {"routes": routes}}), project()) == []


@pytest.mark.parametrize("section", ["networks", "volumes"])
def test_a_key_of_the_rendered_projects_is_not_the_users(section: str) -> None:
    (finding,) = check(stack(), project(f"{COMPOSE}{section}: {{holdfast-stores: , holdfast: }}\n"))
    assert (finding.path, finding.level) == (f"compose.{section}.holdfast-stores", "error")


def test_a_service_that_is_built_needs_an_image_unless_it_is_given_or_a_store() -> None:
    (finding,) = check(stack(), project(BUILT))
    assert finding.path == "holdfast_stack.services.web.image"
    assert "registry.example.org/shop/web:1.0" in finding.hint
    assert check(stack(services={"web": {"image": "web:1"}}), project(BUILT)) == []
    assert check(stack(), project(COMPOSE.replace("image: postgres:16", "build: ./db"))) == []


def test_a_service_of_the_hosts_network_is_refused() -> None:
    text = COMPOSE.replace("    command: [run, worker]", "    network_mode: host")
    (finding,) = check(stack(), project(text))
    assert (finding.path, finding.value) == ("compose.services.worker.network_mode", "host")


@pytest.mark.parametrize("driver", ["macvlan", "ipvlan", "overlay", "host", "none", "null-plugin"])
@pytest.mark.parametrize("network", ["default", "lan"])
def test_a_network_that_is_no_bridge_is_refused(driver: str, network: str) -> None:
    (finding,) = check(stack(), project(f"{COMPOSE}networks: {{{network}: {{driver: {driver}}}}}\n"))
    assert (finding.path, finding.value) == (f"compose.networks.{network}.driver", driver)
    assert finding.level == "error"


@pytest.mark.parametrize("said", ["", "{}", "{driver: bridge}", "{driver: }", "{driver: ''}"])
def test_a_network_is_a_bridge_unless_it_says_otherwise(said: str) -> None:
    assert check(stack(), project(f"{COMPOSE}networks: {{lan: {said}}}\n")) == []


def test_a_disabled_service_is_told_with_its_profile() -> None:
    text = COMPOSE.replace('cache: {image: "redis:7"}', 'cache: {image: "redis:7", profiles: [full]}')
    (finding,) = check(stack(), project(text))
    assert finding.path == "holdfast_stack.stores.redis.service"
    assert "holdfast_stack.profiles" in finding.hint


@pytest.mark.parametrize(
    ("said", "ports"),
    [
        ('ports: ["8000:80", "8001:80"]', [80]),
        ('expose: ["80", "81/tcp"]', [80, 81]),
        ('expose: ["80-90"]', []),
        ('ports: ["53:53/udp"]', []),
        ('ports: ["1:80"]\n    expose: ["80"]', [80]),
        ("command: [x]", []),
    ],
)
def test_the_ports_that_a_service_names(said: str, ports: list[int]) -> None:
    services = project(f"services:\n  a:\n    image: a:1\n    {said}\n").services
    assert container_ports(services["a"]) == ports

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is declared of a service: typed, with defaults, and refused with a path."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.spec import services as spec
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import parse_stack
from tests.planning import stack as declared

LEAST = {"name": "shop", "tier": "local"}


def test_a_full_service_is_typed() -> None:
    route = {"host": "a.example.org", "port": 80, "body": "1MiB", "timeout": "2m", "static": {"path": "/s/"}}
    web = {
        "routes": [route],
        "replicas": 2,
        "memory": "1GiB",
        "environment": {"N": 1, "ON": True},
        "health": {"port": 1},
    }
    service = declared(services={"web": web}).services["web"]
    assert service.routes[0].static == spec.Static(path="/s/", expires="1y")
    assert (service.routes[0].body, service.routes[0].timeout) == (1024**2, 120.0)
    assert service.environment == {"N": "1", "ON": "on"}
    assert service.health == spec.Health(port=1, path="/health")


def test_a_service_that_says_nothing_is_a_service() -> None:
    assert declared(services={"worker": {}}).services["worker"] == spec.Service()
    stack, findings = parse_stack(LEAST | {"services": {"worker": None}})
    assert (findings, stack and stack.services) == ([], {"worker": spec.Service()})


@pytest.mark.parametrize(
    ("web", "path"),
    [
        ({"ports": [{"port": 1}]}, "holdfast_stack.services.w.ports[0].target"),
        ({"ports": [{"port": 1, "target": 1, "address": "::"}]}, "services.w.ports[0].address"),
        ({"routes": [{"host": "a.org", "path": "x"}]}, "services.w.routes[0].path"),
        ({"replicas": 0}, "holdfast_stack.services.w.replicas"),
    ],
)
def test_what_is_refused_of_a_service_has_its_path_and_a_hint(web: dict[str, Any], path: str) -> None:
    _, (finding,) = parse_stack(LEAST | {"services": {"w": web}})
    assert finding.path.endswith(path)
    assert finding.hint

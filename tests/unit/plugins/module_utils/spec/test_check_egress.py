# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A list that does not fit the Compose file, or that something leads around."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.spec.check_egress import check
from tests.planning import COMPOSE, project, stack


def found(allow: list[str], compose: str = "", web: dict[str, Any] | None = None, **changes: Any) -> list[Finding]:
    text = COMPOSE.replace("  worker:\n", f"  worker:\n    {compose}\n") if compose else COMPOSE
    services = {"worker": {"egress": allow, **(web or {})}}
    return list(check(stack(services=services, **changes), project(text)))


def test_a_list_that_fits_has_no_finding() -> None:
    assert found(["api.example.org:443", "b.example.org:443", "mail.example.org:25/tcp", "db", "web"]) == []


@pytest.mark.parametrize(
    ("allow", "rule"),
    [
        (["dbb"], "must be a service of the Compose file"),
        (["api.example.org"], "must be a service of the Compose file"),
        (["worker"], "reaches its own containers anyway"),
        (["a.example.org:25/tcp", "b.example.org:25/tcp"], "one port has one protocol"),
        (["a.example.org:443", "b.example.org:443/tcp"], "one port has one protocol"),
        (["a.example.org:443/http", "b.example.org:443"], "one port has one protocol"),
    ],
)
def test_a_list_that_does_not_fit(allow: list[str], rule: str) -> None:
    (finding,) = found(allow)
    assert rule in finding.rule
    assert finding.hint


@pytest.mark.parametrize(
    "compose",
    ["privileged: true", "pid: host", "cap_add: [net_admin]", "cap_add: [CAP_SYS_ADMIN]", "devices: [/dev/net/tun]",
     "volumes: [/var/run/docker.sock:/var/run/docker.sock]", "volumes: [/run/containerd/containerd.sock:/c:ro]",
     "volumes: [/var/run:/host:ro]", "volumes: [/run/:/host]", "volumes: [/:/host:ro]"],
)  # fmt: skip
def test_what_leads_around_it_is_refused(compose: str) -> None:
    (finding,) = found([], compose)
    assert "must not have it" in finding.rule
    assert finding.path.startswith("compose.services.worker.")


def test_what_leads_nowhere_is_not() -> None:
    assert found([], "cap_add: [CHOWN]") == []
    dropped = {"mounts": {"/var/run/docker.sock": "drop"}}
    assert found([], "volumes: [/var/run/docker.sock:/var/run/docker.sock]", dropped) == []


def test_a_published_port_is_refused() -> None:
    (finding,) = found([], web={"ports": [{"port": 2525, "target": 25}]})
    assert finding.path == "holdfast_stack.services.worker.ports"


@pytest.mark.parametrize("pool", ["10.99.0.0/24", "fd00::/48"])
def test_a_pool_that_is_too_small_or_not_ipv4_is_refused(pool: str) -> None:
    (finding,) = found([], egress={"pool": pool})
    assert finding.path == "holdfast_stack.egress.pool"

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The machine's own part of the plan: each concern is there, or is somebody else's where the declaration says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan import system
from tests.planning import measured, wish


def parts(**declared: Any) -> tuple[dict[str, Any], list[Finding]]:
    return system.parts(wish(**declared), measured())


def test_every_part_is_there_and_is_json() -> None:
    shown, findings = parts()
    assert not findings
    assert json.loads(json.dumps(shown)) == shown
    assert {row["name"]: row["value"] for row in shown["kernel"]["settings"]}["net.ipv4.ip_forward"] == "1"
    assert shown["hardening"]["sshd"]["settings"]


def test_a_concern_can_be_left_to_somebody_else() -> None:
    assert parts(hardening={"sshd": False})[0]["hardening"]["sshd"] is None


def test_published_ports_are_no_ports_for_outgoing_connections() -> None:
    shown, _ = parts(services={"web": {"ports": [{"port": 20000, "target": 25}]}})
    reserved = {row["name"]: row["value"] for row in shown["kernel"]["settings"]}["net.ipv4.ip_local_reserved_ports"]
    assert reserved == "20000"


def test_a_kernel_value_that_breaks_a_store_is_found() -> None:
    _, findings = parts(kernel={"vm.overcommit_memory": 2})
    assert [finding.path for finding in findings] == ["holdfast_stack.kernel.vm.overcommit_memory"]


@pytest.mark.parametrize(("advertised", "closed"), [([], True), (["eth0"], False)])
def test_advertisements_are_left_alone_where_the_kernel_reads_them(advertised: list[str], closed: bool) -> None:
    shown, _ = system.parts(wish(), measured(advertised=advertised))
    assert ("net.ipv6.conf.default.accept_ra" in {row["name"] for row in shown["kernel"]["settings"]}) is closed


def test_kernel_values_of_security_can_be_left_to_somebody_else() -> None:
    names = {row["name"] for row in parts(hardening={"kernel": False})[0]["kernel"]["settings"]}
    assert "kernel.kptr_restrict" not in names
    assert "net.ipv4.ip_forward" in names

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is refused before a host is touched: path, rule and hint of every case, and all findings of a run at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.errors import errors, explain
from tests.planning import STACK, attempt, host, listener, merged
from tests.unit.refusal_cases import CASES as OTHERS
from tests.unit.refusal_cases import ROUTE, R, worker
from tests.unit.refusal_mounts import MOUNTS
from tests.unit.refusal_risks import RISKS

CASES = OTHERS | MOUNTS | RISKS

# A wrong declaration of these leaves something else undone as well.
WITH_OTHERS = {"empty stack", "inline tier, unknown key", "store behind a profile", "inline tier, wrong unit"}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_refused_with_path_rule_and_hint(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    plan, findings = attempt(tmp_path, merged(STACK, case.stack), compose=case.compose, on=host(**case.on))
    assert plan is None
    refused = errors(findings)
    told = [finding for finding in refused if finding.path == case.path]
    assert told, explain(findings)
    for finding in told:
        assert finding.rule
        assert finding.hint
        assert finding.level == "error"
    assert any(case.said in f"{finding.value} {finding.rule} {finding.hint}" for finding in told), explain(findings)
    # One mistake is told once and drags no others along.
    assert len(refused) == 1 or name in WITH_OTHERS, explain(findings)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 30


def test_everything_that_is_wrong_is_told_in_one_run(tmp_path: Path) -> None:
    raw = merged(
        STACK,
        {
            "name": "x" * 33,
            "servces": {},
            "tier": {"cpus": 64, "disk": "much"},
            "services": {"web": {"memory": "3 parsecs"}, "wbe": {}, "worker": {"routes": [ROUTE | {"port": 1}]}},
            "secrets": {"NOBODY": "generate"},
        },
    )
    on = host(listening=[listener(80, "apache2")], arch="i686")
    _, findings = attempt(
        tmp_path, raw, compose=worker("    environment: {MAIL_TOKEN: x}\n    network_mode: host"), on=on
    )
    assert {finding.path for finding in errors(findings)} >= {
        f"{R}.name",
        f"{R}.servces",
        f"{R}.tier.disk",
        f"{R}.services.web.memory",
        f"{R}.services.wbe",
        f"{R}.services.worker.routes[0]",
        f"{R}.secrets.NOBODY",
        "compose.services.worker.environment.MAIL_TOKEN",
        "compose.services.worker.network_mode",
        "host.ports.80/tcp",
        "host.arch",
    }


def test_a_broken_compose_file_hides_neither_the_declaration_nor_the_tier_nor_the_ports(tmp_path: Path) -> None:
    raw = merged(STACK, {"servces": {}, "tier": "enterprise"})
    on = host(listening=[listener(443, "nginx")])
    _, findings = attempt(tmp_path, raw, compose="services: {web: {image: a, imagee: a}}", on=on)
    assert {finding.path for finding in errors(findings)} == {
        f"{R}.servces",
        "compose.services.web.imagee",
        "host.cpus",
        "host.ports.443/tcp",
    }


@pytest.mark.parametrize("name", ["x" * 33, None])
def test_a_port_is_told_though_the_declaration_lacks_what_is_required(tmp_path: Path, name: str | None) -> None:
    _, findings = attempt(tmp_path, merged(STACK, {"name": name}), on=host(listening=[listener(80, "apache2")]))
    assert [finding.path for finding in errors(findings)] == [f"{R}.name", "host.ports.80/tcp"]

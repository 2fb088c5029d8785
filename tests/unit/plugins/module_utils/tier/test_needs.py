# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a tier asks for besides size, against what is declared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.tier import asks
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Ask, Tier
from ansible_collections.holdfast.host.plugins.module_utils.tier.needs import JUDGES, Judged, Said, judge
from ansible_collections.holdfast.host.plugins.module_utils.tiers import CATALOGUE
from tests.planning import COMPOSE, project, stack

CLERK = ("CLERK_JWKS_URL", "CLERK_ISSUER", "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY")
ON = asks.CLERK_IF_ON
TWO = Ask(kind="replicas", what="two workers", names=("worker",), count=2)
CARRIED = "services: {{web: {{image: web:1}}, pg: {{image: '{image}', volumes: [{volume}]}}}}\nvolumes: {{d: }}\n"


def said(text: str = COMPOSE, provided: Sequence[str] = (), **changes: Any) -> Said:
    return Said(stack=stack(**changes), project=project(text), provided=frozenset(provided))


def web(**environment: str) -> dict[str, Any]:
    return {"services": {"web": {"environment": environment}}}


def one(ask: Ask, given: Said, mode: str = "enforce") -> Judged:
    tier = Tier(name="t", title="t", source="t", cpus=1, memory_bytes=1, disk_bytes=1, needs=(ask,))
    (judged,) = judge(tier, given, mode)
    return judged


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (said(), "unmet"),
        (said(**web(**dict.fromkeys(CLERK, "x"))), "met"),
        # What the names have before and behind the words differs between programs.
        (said(**web(APP_CLERK_JWKS="x", clerk_issuer_url="x", CLERK_PUBLISHABLE_KEY="x")), "met"),
        (said(**web(**dict.fromkeys(CLERK[:2], "x"))), "unmet"),
        (said(**web(**{**dict.fromkeys(CLERK, "x"), "CLERK_ISSUER": ""})), "unmet"),
        (said(provided=CLERK), "met"),
        (said(secrets=dict.fromkeys(CLERK, "provide")), "met"),
        (said(secrets=dict.fromkeys(CLERK, "keep")), "unmet"),
        (said(COMPOSE.replace("SECRET_KEY: laptop-key", "\n      ".join(f"{name}: x" for name in CLERK))), "met"),
        (Said(stack=stack()), "unknown"),
    ],
)
def test_settings_that_must_have_a_value(given: Said, verdict: str) -> None:
    assert one(asks.CLERK, given).verdict == verdict


def test_a_missing_setting_is_told_by_name() -> None:
    judged = one(asks.CLERK, said(**web(CLERK_ISSUER="x")))
    (finding,) = judged.findings
    assert (finding.path, finding.level) == ("holdfast_stack.services", "error")
    assert finding.rule == f"tier t asks for {asks.CLERK.what}: {judged.reason}"
    assert judged.reason == "no variable *CLERK_*PUBLISHABLE*, *CLERK_*JWKS* has a value"
    assert "app_secrets" in finding.hint


def test_a_variable_of_the_declaration_lies_over_composes() -> None:
    text = COMPOSE.replace("SECRET_KEY: laptop-key", "GITHUB_TOKEN: x")
    assert one(asks.GITHUB, said(text)).verdict == "met"
    assert one(asks.GITHUB, said(text, **web(GITHUB_TOKEN=""))).verdict == "unmet"


@pytest.mark.parametrize(
    ("environment", "verdict", "reason"),
    [
        ({}, "met", "asked for with SKILLMEAT_AUTH_ENABLED=true alone"),
        ({"SKILLMEAT_AUTH_ENABLED": "false"}, "met", "asked for with SKILLMEAT_AUTH_ENABLED=true alone"),
        ({"SKILLMEAT_AUTH_ENABLED": "True"}, "unmet", "no variable *CLERK"),
    ],
)
def test_what_is_asked_for_only_where_a_switch_is_on(environment: dict[str, str], verdict: str, reason: str) -> None:
    judged = one(ON, said(**web(**environment)))
    assert judged.verdict == verdict
    assert judged.reason.startswith(reason)


@pytest.mark.parametrize(
    ("hosts", "verdict", "values"),
    [
        ([], "unmet", [None]),
        (["www.example.org"], "unmet", ["www.example.org"]),
        (["shop.test", "a.localhost", "x.example"], "unmet", ["shop.test", "a.localhost", "x.example"]),
        (["www.holdfast-shop.org", "shop.test"], "unmet", ["shop.test"]),
        # A reserved name is the whole end of a name, not of a word.
        (["www.myexample.org", "latest.dev"], "met", []),
    ],
)
def test_host_names_that_can_be_ones_own(hosts: list[str], verdict: str, values: list[str | None]) -> None:
    given = said(services={"web": {"routes": [{"host": host} for host in hosts]}})
    judged = one(asks.DNS, given)
    assert judged.verdict == verdict
    assert [(finding.value, finding.level) for finding in judged.findings] == [(value, "warning") for value in values]


@pytest.mark.parametrize(
    ("tls", "verdict"),
    [({}, "unmet"), ({"mode": "files", "certificate": "a.pem", "key": "b.pem"}, "met")],
)
def test_certificates(tls: dict[str, str], verdict: str) -> None:
    judged = one(asks.TLS, said(tls=tls))
    assert judged.verdict == verdict
    told = [("holdfast_stack.tls.mode", "self-signed", "warning")] if verdict == "unmet" else []
    assert [(each.path, each.value, each.level) for each in judged.findings] == told


@pytest.mark.parametrize(
    ("location", "verdict", "level"),
    [
        (None, "unknown", "warning"),
        ("eu", "met", None),
        ("DE", "met", None),
        ("fi", "met", None),
        ("us", "unmet", "error"),
        # In Europe, and in no Union.
        ("ch", "unmet", "error"),
        ("gb", "unmet", "error"),
        ("no", "unmet", "error"),
    ],
)
def test_the_place_of_the_machine(location: str | None, verdict: str, level: str | None) -> None:
    judged = one(asks.EU, said(location=location))
    assert judged.verdict == verdict
    assert [(each.path, each.value, each.level) for each in judged.findings] == (
        [("holdfast_stack.location", location, level)] if level else []
    )


@pytest.mark.parametrize(
    ("secrets", "kept"), [({}, []), ({"A": "generate", "B": "provide"}, []), ({"A": "keep", "B": "keep"}, ["A", "B"])]
)
def test_secrets_are_not_the_laptops(secrets: dict[str, str], kept: list[str]) -> None:
    judged = one(asks.SECRETS, said(secrets=secrets))
    assert judged.verdict == ("unmet" if kept else "met")
    assert [each.path for each in judged.findings] == [f"holdfast_stack.secrets.{name}" for name in kept]
    assert {each.level for each in judged.findings} <= {"warning"}


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        (CARRIED.format(image="postgres:16", volume="'d:/var/lib/postgresql/data'"), "met", "service pg has a volume"),
        (
            CARRIED.format(image=f"r.example.org:5/x/pgvector@sha256:{64 * '0'}", volume="'d:/data'"),
            "met",
            "service pg",
        ),
        (CARRIED.format(image="postgres:16", volume="'/var/lib/postgresql/data'"), "unmet", "service pg has no volume"),
        (CARRIED.format(image="postgres-exporter:1", volume="'d:/data'"), "unmet", "no such store is declared"),
    ],
)
def test_a_carried_postgres_needs_a_volume(text: str, verdict: str, reason: str) -> None:
    judged = one(asks.VOLUME, said(text, stores={"postgres": None, "redis": None}))
    assert judged.verdict == verdict
    assert judged.reason.startswith(reason)
    assert [(each.path, each.level) for each in judged.findings] == (
        [("holdfast_stack.stores.postgres", "error")] if verdict == "unmet" else []
    )


def test_a_managed_store_has_its_volume() -> None:
    assert one(asks.VOLUME, said()).verdict == "met"
    assert one(Ask(kind="store", what="vectors", names=("vectors",)), said()).verdict == "unmet"
    without = Said(stack=stack(stores={"postgres": None}))
    assert one(asks.VOLUME, without).verdict == "unknown"


@pytest.mark.parametrize(("monitoring", "verdict"), [(None, "unmet"), ({}, "met"), ({"memory": "2GiB"}, "met")])
def test_monitoring_is_declared(monitoring: dict[str, str] | None, verdict: str) -> None:
    judged = one(asks.MONITORED, said(monitoring=monitoring))
    assert judged.verdict == verdict
    assert [(each.path, each.level) for each in judged.findings] == (
        [("holdfast_stack.monitoring", "error")] if verdict == "unmet" else []
    )


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (said(), "unmet"),
        (said(services={"worker": {"replicas": 2}}), "met"),
        (said(services={"worker": {"replicas": 1}}), "unmet"),
        (said(f"{COMPOSE}    deploy: {{replicas: 3}}\n"), "met"),
        (said(COMPOSE.replace("  worker:", "  jobs:")), "unknown"),
        (Said(stack=stack()), "unknown"),
    ],
)
def test_replicas(given: Said, verdict: str) -> None:
    judged = one(TWO, given)
    assert judged.verdict == verdict
    assert [each.value for each in judged.findings] == ([1] if verdict == "unmet" else [])


@pytest.mark.parametrize("ask", [*asks.software("Node.js 20"), asks.CIDRS])
def test_what_nobody_can_judge_is_told_and_warns_of_nothing(ask: Ask) -> None:
    judged = one(ask, said())
    assert (judged.verdict, judged.findings) == ("unknown", ())
    assert judged.reason


def test_warn_refuses_nothing() -> None:
    given = Said(stack=stack(location="us", stores={"postgres": None}), project=project())
    for name in ("enterprise-monitoring", "local-auth", "playnew-phase-0"):
        levels = [[f.level for j in judge(CATALOGUE[name], given, mode) for f in j.findings] for mode in MODES]
        assert "error" in levels[0]
        assert set(levels[1]) == {"warning"}


MODES = ("enforce", "warn")


@given(
    name=st.sampled_from(sorted(CATALOGUE)),
    location=st.sampled_from([None, "eu", "us"]),
    read=st.booleans(),
    mode=st.sampled_from(MODES),
)
def test_every_ask_is_judged_in_order_and_the_same_each_time(
    name: str, location: str | None, read: bool, mode: str
) -> None:
    tier = CATALOGUE[name]
    given = Said(stack=stack(location=location), project=project() if read else None)
    judged = judge(tier, given, mode)
    assert [each.what for each in judged] == [ask.what for ask in tier.needs]
    assert judged == judge(tier, given, mode)
    for each in judged:
        assert each.verdict in {"met", "unmet", "unknown"}
        assert bool(each.findings) or each.verdict != "unmet"
        assert set(each.as_dict()) == {"what", "verdict", "reason"}
        assert all(finding.hint and finding.rule and finding.path for finding in each.findings)


def test_every_judge_is_used() -> None:
    assert {ask.kind for tier in CATALOGUE.values() for ask in tier.needs} == set(JUDGES)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A host and a declaration against a tier, as the plan has it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.errors import errors
from ansible_collections.holdfast.host.plugins.module_utils.plan.fit import Fit, fit
from ansible_collections.holdfast.host.plugins.module_utils.tier.needs import Said
from ansible_collections.holdfast.host.plugins.module_utils.tiers import CATALOGUE
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.planning import disk, measured, project, stack

LARGE = measured(cpus=64.0, memory_bytes=256 * GIB, mounts=[disk(total_bytes=2048 * GIB, free_bytes=2000 * GIB)])
OWN = {"small": {"cpus": 1, "memory": "1GiB", "disk": "1GiB"}, "more": {"cpus": 2, "memory": "5GiB", "disk": "70GiB"}}


def fitted(tier: Any, mode: str = "enforce", host: Any = LARGE, **changes: Any) -> Fit:
    return fit(tier, host, mode, Said(stack=stack(**changes), project=project()))


def test_the_plan_says_what_is_asked_for_besides_size() -> None:
    result = fitted("enterprise", secrets={"SECRET_KEY": "keep"})
    assert result.tier == CATALOGUE["enterprise"]
    assert [(each["what"], each["verdict"]) for each in result.shown["needs"]] == [
        ("a volume for PostgreSQL", "met"),
        ("production-grade secrets", "unmet"),
        ("a GitHub token, recommended for discovery", "unmet"),
        ("a Clerk application and its publishable, JWKS and issuer settings", "met"),
    ]
    assert all(each["reason"] for each in result.shown["needs"])
    told = [(each.path, each.level) for each in result.findings if each.path.startswith("holdfast_stack")]
    assert told == [("holdfast_stack.secrets.SECRET_KEY", "warning"), ("holdfast_stack.services", "warning")]


def test_the_keys_that_others_read() -> None:
    shown = fitted("local").shown
    assert list(shown) == ["name", "title", "verdict", "checks", "needs", "satisfied", "smallest", "next"]
    assert fit("local", LARGE, "enforce").shown == shown | {"needs": []}


@pytest.mark.parametrize(("mode", "refused"), [("enforce", True), ("warn", False)])
def test_what_a_tier_cannot_do_without_refuses(mode: str, refused: bool) -> None:
    assert bool(errors(fitted("enterprise-monitoring", mode).findings)) is refused
    assert bool(errors(fitted("playnew-phase-0", mode, location="us").findings)) is refused
    assert not errors(fitted("playnew-phase-0", mode).findings)


@pytest.mark.parametrize("mode", ["enforce", "warn"])
def test_what_one_host_cannot_be_refuses(mode: str) -> None:
    result = fitted("azure-production", mode)
    assert (result.shown, result.tier) == ({}, None)
    assert [(each.path, each.value) for each in errors(result.findings)] == [
        ("holdfast_stack.tier", "azure-production")
    ]


def test_own_tiers_are_chosen_from_too() -> None:
    result = fitted("small", host=measured(), tiers=OWN)
    assert (result.shown["name"], result.shown["smallest"]) == ("small", "small")
    assert (result.shown["satisfied"], result.shown["next"]) == ("more", "schedule-minimum")
    assert result.tier is not None
    assert result.tier.source == "holdfast_stack.tiers.small"


def test_an_own_tier_of_a_known_name_is_told_though_another_is_declared() -> None:
    result = fitted("local", tiers={"enterprise": OWN["more"]})
    assert [each.path for each in errors(result.findings)] == ["holdfast_stack.tiers.enterprise"]
    assert result.shown["name"] == "local"


def test_without_a_readable_tier_only_own_ones_are_told_of() -> None:
    result = fitted(None, tiers={"enterprise": OWN["more"]})
    assert (result.shown, result.tier) == ({}, None)
    assert [each.path for each in result.findings] == ["holdfast_stack.tiers.enterprise"]

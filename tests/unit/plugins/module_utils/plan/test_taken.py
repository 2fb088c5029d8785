# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the steps of the takeover share."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.taken import (
    Takeover,
    Variable,
    escape_all,
    first_role,
    own_secrets,
    redis_asks,
)
from tests.planning import COMPOSE, wish


def test_a_refused_value_is_neither_shown_nor_kept() -> None:
    out = Takeover()
    variable = Variable(service="web", name="K", value="hush")
    assert out.refuse(variable.path, "rule", "hint") == ""
    assert [(each.path, each.value) for each in out.findings] == [("compose.services.web.environment.K", "(not shown)")]


def test_a_replaced_value_refers_to_its_secret() -> None:
    out = Takeover()
    assert out.replace("p", "K", "r", ", given") == "${K}"
    assert [(each.path, each.done, each.reason) for each in out.decisions] == [("p", "replaced by K, given", "r")]


def test_strings_are_escaped_at_any_depth() -> None:
    assert escape_all({"a": ["$x", 1], "b": ("$$", None)}) == {"a": ["$$x", 1], "b": ["$$$$", None]}


@pytest.mark.parametrize(
    ("user", "owners", "role"),
    [
        ("app", ["analytics", "app"], "app"),
        ("root", ["analytics"], "analytics"),
        ("root", ["analytics", "app"], None),
        ("app", [], "app"),
    ],
)
def test_the_compose_files_password_is_that_of_its_user(user: str, owners: list[str], role: str | None) -> None:
    declared = {"postgres": {"databases": [{"name": owner, "owner": owner} for owner in owners]}}
    made = wish(COMPOSE.replace("POSTGRES_USER: app", f"POSTGRES_USER: {user}"), stores=declared)
    assert first_role(made) == role
    assert first_role(wish(stores=None)) is None


def test_the_stores_have_secrets_of_their_own() -> None:
    assert set(own_secrets(wish())) == {"POSTGRES_PASSWORD_APP", "POSTGRES_SUPERUSER_PASSWORD", "REDIS_PASSWORD"}
    closed = wish(stores={"redis": {"auth": False}, "postgres": None})
    assert (own_secrets(closed), redis_asks(closed)) == ({}, False)

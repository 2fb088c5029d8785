# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Rows about the machine and its edge: what holds, what does not, and what a host does not show."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.verify import firewall, of_host
from ansible_collections.holdfast.host.plugins.module_utils.verify.verdict import FAILS, HOLDS, IDLE, UNSEEN
from tests.unit.plugins.module_utils.verify.lists import CHECKED, EXPECT, LOG, LOG_SEEN, SEEN, expected, seen

EDGE = CHECKED["edge"]["www.example.org"]
OPEN = {"name": "db", "project": "shop-stores", "published": [{"port": 5432, "address": ""}]}
LOCAL = {"name": "db", "project": "shop-stores", "published": [{"port": 5432, "address": "127.0.0.1"}]}
NONE_OF_IT = {"postgres": None, "redis": None, "access_log": None}


def result(name: str, expect: dict[str, Any] | None = None, **changes: Any) -> str:
    verdict: tuple[str, str] = getattr(of_host, name)(expect or EXPECT, seen(**changes))
    return verdict[0]


@pytest.mark.parametrize(
    "name", ["database", "redis", "https", "headers", "keys", "roles", "admins", "tls", "volumes", "year", "backups"]
)
def test_on_a_good_host(name: str) -> None:
    assert result(name) == HOLDS


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("redis", {"redis": "answers"}),
        ("https", {"edge": {"www.example.org": EDGE | {"http": "200"}}}),
        ("https", {"edge": {"www.example.org": EDGE | {"http": "301 https://other.example.org/"}}}),
        ("https", {"edge": {"www.example.org": {"error": "refused"}}}),
        ("headers", {"edge": {"www.example.org": EDGE | {"headers": {"strict-transport-security": "x"}}}}),
        ("headers", {"edge": {"www.example.org": {"error": "refused"}}}),
        ("roles", {"roles": {"app": "false", "holdfast": "true", "somebody": "false"}}),
        ("roles", {"roles": {"app": "true", "holdfast": "true"}}),
        ("tls", {"old_tls": "accepted"}),
        ("volumes", {"encrypted": False}),
    ],
)
def test_what_does_not_hold(name: str, changes: dict[str, Any]) -> None:
    assert result(name, **changes) == FAILS


def test_backups_that_are_not_there() -> None:
    assert of_host.backups(EXPECT | {"backup": None}, seen())[0] == FAILS
    late = {"path": "backup.repository[1].full", "value": "40 h old", "rule": "must be younger", "hint": ""}
    told = of_host.backups(
        EXPECT, seen() | {"backup": {"idle": [], "undeclared": [], "age": 1.0, "findings": [late], "truths": []}}
    )
    assert told == (FAILS, "backup.repository[1].full: must be younger")
    past = {"idle": [], "undeclared": [], "age": 1.0, "findings": [late | {"level": "warning"}], "truths": []}
    assert of_host.backups(EXPECT, seen() | {"backup": past})[0] == HOLDS


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("redis", {"redis": None}), ("roles", {"roles": None}), ("tls", {"old_tls": "not asked: NO_CIPHERS"}),
        ("volumes", {"encrypted": None}), ("changes", {}), ("packets", {}),
    ],
)  # fmt: skip
def test_what_is_not_shown_is_never_passed(name: str, changes: dict[str, Any]) -> None:
    assert result(name, **changes) == UNSEEN


@pytest.mark.parametrize(
    ("name", "expect", "changes"),
    [
        ("database", EXPECT | NONE_OF_IT, {}), ("redis", EXPECT | NONE_OF_IT, {}), ("roles", EXPECT | NONE_OF_IT, {}),
        ("year", EXPECT | NONE_OF_IT, {}), ("https", EXPECT, {"edge": {}}), ("headers", EXPECT, {"edge": {}}),
        ("tls", EXPECT, {"old_tls": None}),
    ],
)  # fmt: skip
def test_what_is_not_part_of_the_stack_is_not_judged(name: str, expect: dict[str, Any], changes: Any) -> None:
    assert result(name, expect, **changes) == IDLE


@pytest.mark.parametrize(("container", "is_well"), [(OPEN, FAILS), (LOCAL, HOLDS)])
def test_a_store_that_others_reach(container: dict[str, Any], is_well: str) -> None:
    assert of_host.database(EXPECT, seen() | {"containers": [container]})[0] == is_well
    assert of_host.database(EXPECT, seen() | {"containers": []})[0] == UNSEEN


@pytest.mark.parametrize(
    ("found", "is_well"), [([], HOLDS), ([Finding(path="firewall", rule="must be loaded")], FAILS)]
)
def test_packets_are_judged_by_the_rules_that_the_kernel_holds(
    found: list[Finding], is_well: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firewall, "differences", lambda _expect, _seen: found)
    assert of_host.packets(EXPECT | {"firewall": ["tcp dport 22"]}, seen())[0] == is_well


def test_a_password_over_ssh() -> None:
    loose = [{"who": "everybody", "values": {"passwordauthentication": "yes"}}]
    assert of_host.keys(EXPECT, seen() | {"sshd": loose})[0] == FAILS
    assert of_host.keys(EXPECT | {"sshd": None}, seen())[0] == UNSEEN


def test_administrators_places() -> None:
    answers = [SEEN["routes"][0] | {"status": 200}]
    assert of_host.admins(EXPECT, seen() | {"routes": answers})[0] == FAILS
    assert of_host.admins(EXPECT, seen() | {"routes": []})[0] == FAILS
    assert of_host.admins(expected(admin=[]), seen())[0] == UNSEEN


def test_a_year_of_requests() -> None:
    short = LOG | {"keep_days": 90}
    assert of_host.year(EXPECT | {"access_log": short}, seen())[0] == FAILS
    cut = seen() | {"access_log": LOG_SEEN | {"cut_days": 5.0}}
    assert of_host.year(EXPECT, cut)[0] == FAILS


def test_no_audit_is_no_trail() -> None:
    assert of_host.changes(expected(audit=False), seen())[0] == FAILS

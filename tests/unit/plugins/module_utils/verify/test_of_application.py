# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Rows about the application: what holds, what does not, and what only the application knows."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.verify import of_application
from ansible_collections.holdfast.host.plugins.module_utils.verify.verdict import FAILS, HOLDS, IDLE, UNSEEN
from tests.unit.plugins.module_utils.verify.lists import CHECKED, EXPECT, expected, seen

SECRETS = CHECKED["secrets"]
EDGE = CHECKED["edge"]["www.example.org"]
NAMES = ("secrets", "mode", "debug", "credentials", "origins", "logins", "mail", "users", "leaks", "env_files")


def result(name: str, **changes: Any) -> str:
    verdict: tuple[str, str] = getattr(of_application, name)(EXPECT, seen(**changes))
    return verdict[0]


@pytest.mark.parametrize("name", NAMES)
def test_on_a_good_host(name: str) -> None:
    only_the_application_knows = ("origins", "leaks")
    assert result(name) == (UNSEEN if name in only_the_application_knows else HOLDS)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("secrets", {"secrets": SECRETS | {"lengths": SECRETS["lengths"] | {"SMTP_PASSWORD": 31}}}),
        ("secrets", {"secrets": SECRETS | {"shared": [["SECRET_KEY", "SMTP_PASSWORD"]]}}),
        ("secrets", {"secrets": SECRETS | {"defaults": ["SECRET_KEY"]}}),
        ("secrets", {"secrets": SECRETS | {"lengths": {}}}),
        ("mode", {"variables": {"web": {"APP_ENV": "prod"}, "worker": {"NODE_ENV": "development"}}}),
        ("debug", {"variables": {"web": {"APP_DEBUG": "true"}}}),
        ("credentials", {"secrets": SECRETS | {"defaults": ["POSTGRES_PASSWORD_APP"]}}),
        ("credentials", {"secrets": SECRETS | {"lengths": {}}}),
        ("origins", {"edge": {"www.example.org": EDGE | {"leave": "*"}}}),
        ("logins", {"variables": {"web": {"OAUTH_REDIRECT_BASE_URL": "http://www.example.org"}}}),
        ("logins", {"variables": {"web": {"OAUTH_REDIRECT_BASE_URL": "https://www.example.org.example.net"}}}),
        ("mail", {"variables": {"web": {"SMTP_HOST": "maildev"}}}),
        ("mail", {"secrets": SECRETS | {"defaults": ["SMTP_PASSWORD"]}}),
        ("users", {"users": {"web": 0}}),
        ("users", {"users": {"web": None}}),
        ("leaks", {"leaks": {"names": ["SECRET_KEY"], "bytes": 1}}),
        ("env_files", {"env_files": {"/etc/holdfast/app/.env": {"mode": "0640", "git": False}}}),
        ("env_files", {"env_files": {"/etc/holdfast/app/.env": {"mode": "0400", "git": True}}}),
    ],
)
def test_what_does_not_hold(name: str, changes: dict[str, Any]) -> None:
    assert result(name, **changes) == FAILS


@pytest.mark.parametrize("name", ["mode", "logins", "mail", "users"])
def test_what_is_not_there_is_never_passed(name: str) -> None:
    assert result(name, variables={"web": {}}, users={}) == UNSEEN


@pytest.mark.parametrize("value", ["", "0", "False", "off"])
def test_debug_may_be_set_to_no(value: str) -> None:
    assert result("debug", variables={"web": {"DEBUG": value}}) == HOLDS


def test_without_a_database_there_is_nothing_to_judge() -> None:
    assert of_application.credentials(expected(role_secrets=[]), seen())[0] == IDLE


def test_a_short_secret_is_told_with_its_origin() -> None:
    found = seen(secrets=SECRETS | {"lengths": SECRETS["lengths"] | {"SMTP_PASSWORD": 12}})
    assert of_application.secrets(EXPECT, found)[1] == "SMTP_PASSWORD (provide) has 12 characters"

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Secrets are told by their variable's name, or by the form of the text."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.secret_names import foreign, holds_password, sensitive


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DB_PASSWORD", True),
        ("MYSQL_PWD", True),
        ("APP_KEY", True),
        ("JWT_KEY", True),
        ("secret_key_base", True),
        ("SIGNING_KEY", True),
        ("RAILS_MASTER_KEY", True),
        ("AWS_SECRET_ACCESS_KEY", True),
        ("PWD", False),
        ("KEYBOARD", False),
        ("MONKEY", False),
        ("AWS_ACCESS_KEY_ID", False),
        ("POSTGRES_PASSWORD_FILE", False),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", False),
        ("JWT_ALGORITHM", False),
        ("DATABASE_URL", False),
    ],
)
def test_a_name_tells_whether_its_value_is_a_secret(name: str, expected: bool) -> None:
    assert sensitive(name) is expected


@pytest.mark.parametrize(("name", "expected"), [("OPENAI_API_KEY", True), ("SMTP_PASSWORD", True), ("APP_KEY", False)])
def test_a_name_tells_whether_a_secret_can_be_made_up(name: str, expected: bool) -> None:
    assert foreign(name) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("celery -b redis://:hunter2@redis:6379/0", True),
        ("amqp://guest:guest@rabbit:5672//", True),
        ("redis://redis:6379?password=hunter2", True),
        ("postgres://app@db/app", False),
        ("https://www.example.org/a:b@c", False),
        ("curl -f http://localhost:4000/health", False),
    ],
)
def test_a_text_tells_whether_a_password_stands_in_it(text: str, expected: bool) -> None:
    assert holds_password(text) is expected

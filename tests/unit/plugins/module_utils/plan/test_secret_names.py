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
        ("RABBITMQ_ERLANG_COOKIE", True),
        ("WORDPRESS_NONCE_KEY", True),
        ("SECURE_AUTH_KEY", True),
        ("LOGGED_IN_KEY", True),
        ("AUTH_SALT", True),
        ("GITLAB_LICENSE_KEY", True),
        ("ADMIN_PASSWORD", True),
        ("MYSQL_ALLOW_EMPTY_PASSWORD", False),
        ("MYSQL_RANDOM_ROOT_PASSWORD", False),
        ("ENABLE_PASSWORD_RESET", False),
        ("REQUIRE_API_KEY", False),
        ("MIN_PASSWORD_LENGTH", False),
        ("MAX_TOKENS", False),
        ("CORS_ALLOW_CREDENTIALS", False),
        ("PASSWORD_RESET_TIMEOUT", False),
        ("TOKEN_LIMIT", False),
        ("PASSWORD_HASHERS", False),
        ("SESSION_TOKEN_SECURE", False),
        ("PASSWORD_LOGIN", False),
        ("PASSWORD_POLICY", False),
        ("AUTH_PASSWORD_VALIDATORS", False),
        ("PASSWORD_SALT_ROUNDS", False),
    ],
)
def test_a_name_tells_whether_its_value_is_a_secret(name: str, expected: bool) -> None:
    assert sensitive(name) is expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DB_PASSWORD", "12345", True),
        ("TOKEN_BUDGET", "12345", False),
        ("TOKEN_PREFIX", "abc", True),
        ("DB_PASSWORD", "Yes", False),
        ("USE_TOKEN", "false", False),
        ("MAIL_PASSWORD", "null", False),
    ],
)
def test_a_switch_is_no_secret_and_a_number_only_where_the_name_ends_so(name: str, value: str, expected: bool) -> None:
    assert sensitive(name, value) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OPENAI_API_KEY", True),
        ("SMTP_PASSWORD", True),
        ("RAILS_MASTER_KEY", True),
        ("GITLAB_LICENSE_KEY", True),
        ("APP_KEY", False),
        ("MEILI_MASTER_KEY", False),
    ],
)
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
        ("http://registry:4873/@scope", False),
        ("postgres://app:p/w@db/app", True),
        ("redis://a:1,redis://:x@b", True),
        ("tcp://redis:6379?auth=x", True),
        ("host=pg user=app password=x", True),
        ("Host=pg;Username=app;Password=x", True),
        ("password = 'x'", True),
        ("--password=x", False),
        ("password=$PGPASSWORD", False),
        ("host=pg user=app", False),
    ],
)
def test_a_text_tells_whether_a_password_stands_in_it(text: str, expected: bool) -> None:
    assert holds_password(text) is expected

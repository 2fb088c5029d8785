# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""No password stands in a command."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.takeover import take_over
from tests.planning import COMPOSE, wish


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("command: celery -b amqp://guest:laptop@rabbit//", True),
        ("command: [celery, --broker, 'redis://cache:6379/0']", True),
        ("command: [celery, --broker, 'redis://elsewhere:6379/0']", False),
        ("entrypoint: [sh, -c, 'mc alias set m http://minio admin laptop-db && true']", True),
        ("command: start --db-password=laptop-db", True),
        ("command: start --laptop-db=x --my-laptop-db x laptop-dbs", False),
        ("command: psql 'host=db user=app password=hush'", True),
        ("healthcheck: {test: [CMD, redis-cli, -u, 'redis://cache']}", True),
        ("healthcheck: {test: 'curl -f http://localhost:8000/health'}", False),
        ("command: sh -c 'PASSWORD=$$DB_PASSWORD run'", False),
    ],
)
def test_what_a_command_may_say(text: str, refused: bool) -> None:
    taken = take_over(wish(COMPOSE.replace("command: [run, worker]", text)))
    key = text.partition(":")[0]
    assert [each.path for each in taken.findings] == ([f"compose.services.worker.{key}"] if refused else [])
    assert all(each.value == "(not shown)" for each in taken.findings)


def test_a_redis_that_asks_for_nothing_may_stand_in_a_command() -> None:
    text = COMPOSE.replace("command: [run, worker]", "command: celery --broker redis://cache:6379/0")
    assert take_over(wish(text, stores={"redis": {"auth": False}})).findings == []


def test_a_short_password_is_a_word_like_others() -> None:
    text = COMPOSE.replace("laptop-db", "app").replace("[run, worker]", "celery -A app worker")
    assert take_over(wish(text)).findings == []

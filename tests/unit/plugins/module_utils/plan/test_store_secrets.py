# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""File secrets of a managed store hold the made password."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.secret_files import secret_files
from ansible_collections.holdfast.host.plugins.module_utils.plan.store_secrets import store_secret_files, store_secrets
from ansible_collections.holdfast.host.plugins.module_utils.plan.takeover import take_over
from tests.planning import wish

TEXT = """
services:
  db:
    image: postgres:16
    environment: {POSTGRES_USER: app, POSTGRES_PASSWORD_FILE: %s, POSTGRES_DB_FILE: /run/secrets/name}
    secrets: [%s, name]
  cache: {image: "redis:7", command: 'sh -c "redis-server --requirepass $$(cat /run/secrets/rp)"', secrets: [rp]}
  web:
    image: web:1
    environment: {DB_PASSWORD_FILE: /run/secrets/pw}
    secrets: [pw, name, rp]
  worker: {image: "web:1"}
secrets: {pw: {file: ./pw.txt}, name: {file: ./name.txt}, rp: {file: ./rp.txt}}
"""


@pytest.mark.parametrize(
    ("place", "entry"),
    [
        ("/run/secrets/pw", "pw"),
        ("/run/secrets/other", "{source: pw, target: other}"),
        ("/etc/pw", "{source: pw, target: /etc/pw}"),
    ],
)
def test_the_application_reads_the_made_password_where_it_read_the_laptops(place: str, entry: str) -> None:
    made = wish(TEXT % (place, entry))
    assert store_secrets(made) == {"pw": "POSTGRES_PASSWORD_APP", "rp": "REDIS_PASSWORD"}
    places = {"pw": "/etc/holdfast/files/pw", "rp": "/etc/holdfast/files/rp"}
    taken = take_over(made)
    assert store_secret_files(made) == taken.secret_places == places
    assert taken.environment["web"] == {"DB_PASSWORD_FILE": "/run/secrets/pw"}
    assert secret_files(made, taken, None)["app_env"][1:] == [
        {"path": "/etc/holdfast/files/pw", "content": "${secret:POSTGRES_PASSWORD_APP}", "mode": "0444"},
        {"path": "/etc/holdfast/files/rp", "content": "${secret:REDIS_PASSWORD}", "mode": "0444"},
    ]


def test_a_secret_that_only_the_store_mounts_has_no_place() -> None:
    text = (TEXT % ("/run/secrets/pw", "pw")).replace("secrets: [pw, name, rp]", "secrets: [name]")
    assert store_secret_files(wish(text)) == {}


def test_a_redis_without_a_password_has_no_secret() -> None:
    made = wish(TEXT % ("/run/secrets/pw", "pw"), stores={"redis": {"auth": False}})
    assert store_secrets(made) == {"pw": "POSTGRES_PASSWORD_APP"}

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which secret goes into which file, for whom."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.secret_files import references, secret_files
from ansible_collections.holdfast.host.plugins.module_utils.plan.takeover import take_over
from tests.planning import COMPOSE, wish

CARRIED = COMPOSE + "  search:\n    image: search:1\n    environment: {SEARCH_MASTER_KEY: laptop-master}\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a${B}c${A}", ["A", "B"]),
        ("$${A}", []),
        ("$$${A}", ["A"]),
        ("$A", []),
        (None, []),
    ],
)
def test_references_are_what_compose_would_fill_in(text: str | None, names: list[str]) -> None:
    assert references([text, text]) == names


def test_each_project_is_given_its_own_secrets_and_no_other() -> None:
    made = wish(CARRIED, stores={"search": {"service": "search"}})
    postgres = {"roles": [{"name": "app", "secret": "POSTGRES_PASSWORD_APP"}]}
    found = secret_files(made, take_over(made), postgres)
    (app,) = [entry for entry in found["app_env"] if entry["path"] == "/etc/holdfast/app/.env"]
    assert app["variables"] == {
        name: f"${{secret:{name}}}" for name in ("POSTGRES_PASSWORD_APP", "REDIS_PASSWORD", "SECRET_KEY")
    }
    (stores,) = [entry for entry in found["stores_env"] if entry["path"] == "/etc/holdfast/stores/.env"]
    assert stores["variables"] == {"SEARCH_MASTER_KEY": "${secret:SEARCH_MASTER_KEY}"}
    assert found["postgres_roles"] == [{"name": "app", "password_file": "/etc/holdfast/secrets/POSTGRES_PASSWORD_APP"}]
    owners = {entry["name"]: entry["owner"] for entry in found["names"]}
    assert owners.pop("POSTGRES_SUPERUSER_PASSWORD") == "999"
    assert set(owners.values()) == {"0"}
    assert sorted(owners) == ["POSTGRES_PASSWORD_APP", "REDIS_PASSWORD", "SEARCH_MASTER_KEY", "SECRET_KEY"]


def test_the_file_with_redis_password_belongs_to_redis() -> None:
    made = wish()
    entries = secret_files(made, take_over(made), None)["stores_env"]
    (redis,) = [entry for entry in entries if entry["path"] == "/etc/holdfast/secrets/redis_auth.conf"]
    assert (redis["content"], redis["owner"], redis["mode"]) == (
        "requirepass ${secret:REDIS_PASSWORD}\n",
        "999",
        "0400",
    )
    made = wish(stores={"redis": {"auth": False}})
    assert len(secret_files(made, take_over(made), None)["stores_env"]) == 1


def test_without_a_database_there_are_no_roles() -> None:
    made = wish(stores=None, services={"web": {"environment": {"DATABASE_URL": "sqlite:///x"}}})
    assert secret_files(made, take_over(made), None)["postgres_roles"] == []


def test_the_poolers_file_has_every_role_and_belongs_to_it_alone() -> None:
    made = wish()
    roles = [{"name": "app", "secret": "A"}, {"name": "stats", "secret": "B"}]
    found = secret_files(made, take_over(made), {"roles": roles, "pooler": {"service": "pgbouncer"}})
    (users,) = [entry for entry in found["stores_env"] if entry["path"].endswith("userlist.txt")]
    assert users["content"] == '"app" "${secret:A}"\n"stats" "${secret:B}"\n'
    assert (users["owner"], users["mode"]) == ("70", "0400")
    assert found["stores_absent"] == []


def test_without_a_pooler_no_file_of_passwords_is_left() -> None:
    made = wish()
    found = secret_files(made, take_over(made), {"roles": [{"name": "app", "secret": "A"}], "pooler": None})
    assert not [entry for entry in found["stores_env"] if entry["path"].endswith("userlist.txt")]
    assert found["stores_absent"] == ["/etc/holdfast/stores/pgbouncer/userlist.txt"]


@pytest.mark.parametrize("planned", [None, {"key": "BACKUP_KEY"}])
def test_credentials_of_repositories_that_are_gone_go(planned: dict[str, object] | None) -> None:
    """Here the one that is left, on the host itself, needs none at all. Without backups their directory goes."""
    made = wish(backup={"repositories": [{"local": {"path": "/backups"}}]})
    found = secret_files(made, take_over(made), None, planned)
    assert ("/etc/holdfast/backup/restic/2.env" in found["stores_absent"]) is (planned is not None)
    assert ("/etc/holdfast/backup/server/repository-1.key" in found["stores_absent"]) is (planned is not None)

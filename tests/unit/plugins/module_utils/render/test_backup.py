# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL archives to a server beside it, which alone has a way out; the host's files say what is copied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_settings
from ansible_collections.holdfast.host.plugins.module_utils.render.postgres_health import WAKE
from tests.planning import STACK, merged, planned

SFTP = {"host": "store.example.org", "user": "u1", "path": "/backups", "host_keys": "ssh-ed25519 AAAA"}
S3 = {"bucket": "backups", "endpoint": "s3.example.org", "region": "eu-central-1"}
GIVEN = ["BACKUP_1_S3_KEY", "BACKUP_1_S3_SECRET", "BACKUP_2_SFTP_KEY"]


@pytest.fixture
def plan(tmp_path: Path) -> dict[str, Any]:
    """Return a plan with a repository elsewhere and one here."""
    backup = {"repositories": [{"sftp": SFTP}, {"local": {"path": "/backups"}}]}
    return planned(tmp_path, raw=merged(STACK, {"backup": backup}), provided=["BACKUP_1_SFTP_KEY"])


def files(plan: dict[str, Any]) -> dict[str, str]:
    return {each["path"]: each["content"] for each in plan["backup"]["files"]}


def test_the_server_reads_the_data_and_knows_the_repositories(plan: dict[str, Any]) -> None:
    server = plan["projects"]["stores"]["services"]["holdfast-backup"]
    assert "holdfast-postgres:/var/lib/postgresql:ro" in server["volumes"]
    assert "/backups/postgres:/var/lib/pgbackrest/2" in server["volumes"]
    assert server["networks"] == ["holdfast-backup", "holdfast-backup-out"]
    assert server["read_only"] is True
    assert server["cap_drop"] == ["ALL"]


def test_postgresql_has_no_way_out_and_no_credential(plan: dict[str, Any]) -> None:
    postgres = plan["projects"]["stores"]["services"]["db"]
    assert set(postgres["networks"]) == {"holdfast-stores", "holdfast-backup"}
    assert "/etc/holdfast/backup/client:/etc/pgbackrest:ro" in postgres["volumes"]
    assert postgres["image"] == plan["backup"]["image"]["name"]
    assert postgres["init"] is True
    assert postgres["healthcheck"]["test"][1].endswith(WAKE)
    assert not any("/var/run/postgresql" in each for each in postgres["tmpfs"])
    assert plan["projects"]["stores"]["networks"]["holdfast-backup"]["internal"] is True


def test_without_a_repository_elsewhere_there_is_no_way_out(tmp_path: Path) -> None:
    plan = planned(tmp_path, raw=merged(STACK, {"backup": {"repositories": [{"local": {"path": "/backups"}}]}}))
    assert plan["projects"]["stores"]["services"]["holdfast-backup"]["networks"] == ["holdfast-backup"]


def test_the_hosts_program_reads_its_settings(plan: dict[str, Any]) -> None:
    settings = backup_settings.parse(json.loads(files(plan)["/etc/holdfast/backup/backup.json"]))
    assert settings.postgres is not None
    assert (settings.postgres.project, settings.postgres.service) == ("shop-stores", "db")
    assert settings.postgres.volume == "shop-stores_postgres"
    assert settings.redis is not None
    assert [each.kind for each in settings.repositories] == ["sftp", "local"]


def test_each_work_has_its_timer(plan: dict[str, Any]) -> None:
    works = {each["work"] for each in plan["backup"]["schedule"]}
    running = {each["name"] for each in plan["backup"]["units"] if "state" not in each}
    assert running == {f"holdfast-backup-{work}.timer" for work in works}
    text = files(plan)["/etc/systemd/system/holdfast-backup-full.timer"]
    assert "Unit=holdfast-backup@full.service" in text
    assert "Persistent=true" in text
    assert "Persistent=false" in files(plan)["/etc/systemd/system/holdfast-backup-truth.timer"]


def test_no_secret_is_in_the_plan(plan: dict[str, Any]) -> None:
    assert "cipher-pass" not in json.dumps(plan["backup"])
    assert plan["expect"]["backup"]["kit"]["names"]


def test_secrets_stand_in_closed_files_alone(tmp_path: Path) -> None:
    """Not in a file that anybody reads, not in a word of a command, not in a container's definition."""
    backup = {"repositories": [{"s3": S3}, {"sftp": SFTP}, {"local": {"path": "/backups"}}]}
    plan = planned(tmp_path, raw=merged(STACK, {"backup": backup}), provided=GIVEN)
    assert [each["path"] for each in plan["backup"]["files"] if "${secret:" in each["content"]] == []
    assert "${secret:" not in json.dumps(plan["projects"]["stores"]["services"]["holdfast-backup"])
    closed = [each for each in plan["secret_files"]["stores_env"] if "/backup/" in each["path"]]
    assert {each["mode"] for each in closed} == {"0400"}
    told = "".join(each["content"] for each in closed)
    assert [name for name in (*GIVEN, "BACKUP_KEY") if f"${{secret:{name}}}" not in told] == []
    repositories = json.loads(files(plan)["/etc/holdfast/backup/backup.json"])["repositories"]
    assert not any("AWS_" in word for each in repositories for word in each["options"])


def test_a_repository_here_is_its_servers_alone(plan: dict[str, Any]) -> None:
    (found,) = [each for each in plan["backup"]["directories"] if each["path"].startswith("/backups")]
    assert found == {"path": "/backups/postgres", "mode": "0700", "owner": "999", "group": "999"}

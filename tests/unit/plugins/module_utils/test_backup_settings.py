# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""backup.json is read as it is described, and refused with everything that is wrong."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_settings
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Database, Paused

GIVEN: dict[str, Any] = {
    "stack": "shop",
    "directory": "/var/lib/holdfast/backup",
    "metrics": "/var/lib/holdfast/metrics/backup.prom",
    "repositories": [
        {
            "number": 1, "kind": "s3", "where": "s3.example.org/bucket/shop", "off_host": True,
            "restic": "s3:https://s3.example.org/bucket/shop/files", "env_file": "/etc/holdfast/backup/restic/1.env",
            "options": ["-o", "s3.bucket-lookup=path"],
        }
    ],
    "keep": {"full_days": 30, "wal_days": 7, "dump_days": 30, "files_days": 14},
    "postgres": {
        "project": "shop-stores", "service": "postgres", "server": "holdfast-backup",
        "image": "holdfast/postgres:18-0123abcd", "superuser": "holdfast", "version": 18,
        "volume": "shop-stores_postgres", "mount": "/var/lib/postgresql", "data": "/var/lib/postgresql/18/docker",
        "memory_bytes": 1073741824, "databases": [{"name": "app", "owner": "app"}], "out": "shop-backup-out",
        "rpo_seconds": 60, "full_every_seconds": 86400,
    },
    "redis": {
        "project": "shop-stores", "service": "redis", "server": "redis", "volume": "shop-stores_redis",
        "secret": "/etc/holdfast/secrets/REDIS_PASSWORD",
    },
    "limit_bytes": 268435456,
    "assertions": ["select true"],
    "works": [{"work": "drill", "every_seconds": 604_800}],
    "volumes": [
        {"name": "media", "volume": "shop_media", "pause": [{"project": "shop-blue", "service": "app"}]},
        {"name": "logs", "volume": "shop_logs", "pause": []},
    ],
    "password_file": "/etc/holdfast/secrets/BACKUP_KEY",
}  # fmt: skip


@pytest.fixture
def given() -> dict[str, Any]:
    """Return a backup.json, to be changed."""
    return copy.deepcopy(GIVEN)


def test_a_whole_file_is_read(given: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "backup.json"
    file.write_text(json.dumps(given), encoding="utf-8")
    settings = backup_settings.load(file)
    assert (settings.stack, settings.keep.files_days) == ("shop", 14)
    assert settings.repositories[0].options == ("-o", "s3.bucket-lookup=path")
    assert settings.postgres is not None
    assert settings.postgres.databases == (Database(name="app", owner="app"),)
    assert settings.redis is not None
    assert settings.redis.secret == "/etc/holdfast/secrets/REDIS_PASSWORD"
    assert settings.volumes[0].pause == (Paused(project="shop-blue", service="app"),)


def test_what_a_stack_does_not_have_is_null_or_empty(given: dict[str, Any]) -> None:
    given |= {"postgres": None, "redis": None, "volumes": []}
    settings = backup_settings.parse(given)
    assert (settings.postgres, settings.redis, settings.volumes) == (None, None, ())


def test_redis_may_have_no_password(given: dict[str, Any]) -> None:
    given["redis"]["secret"] = None
    redis = backup_settings.parse(given).redis
    assert redis is not None
    assert redis.secret is None


def test_all_that_is_wrong_is_told_at_once(given: dict[str, Any]) -> None:
    del given["stack"], given["keep"]["wal_days"]
    given["keep"]["full_days"] = "30"
    given["repositories"][0] |= {"number": True, "off_host": 1}
    given["postgres"]["databases"][0]["size"] = 3
    given["volumes"] = {}
    given["redis"] = "redis"
    given["metrics"] = None
    with pytest.raises(ValueError, match="missing") as caught:
        backup_settings.parse(given)
    assert sorted(str(caught.value).splitlines()) == [
        "keep.full_days: not a whole number",
        "keep.wal_days: missing",
        "metrics: not text",
        "postgres.databases[0].size: not known",
        "redis: not an object",
        "repositories[0].number: not a whole number",
        "repositories[0].off_host: not true or false",
        "stack: missing",
        "volumes: not a list",
    ]


@pytest.mark.parametrize(("text", "told"), [("[]", "the file: not an object"), ("{", "Expecting property name")])
def test_another_file_is_refused_by_its_name(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "backup.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=told) as caught:
        backup_settings.load(file)
    assert str(file) in str(caught.value)

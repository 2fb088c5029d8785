# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The stores' part of a declaration."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import Database, Stores, declared
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB


def test_what_is_left_out_has_the_documented_default() -> None:
    raw = {"postgres": {"service": "db"}, "redis": {"service": "cache", "use": "cache"}, "search": {"service": "s"}}
    value, findings = Section(shape=Stores).read(raw, "p")
    assert findings == []
    assert (value.postgres.version, value.postgres.weight, value.postgres.databases) == (18, 4, ())
    assert (value.redis.version, value.redis.auth, value.redis.memory) == (8, True, None)
    assert (value.search.image, value.objects) == (None, None)


def test_what_is_given_is_typed() -> None:
    databases = [{"name": "app", "owner": "me", "extensions": ["vector"]}]
    raw = {"service": "db", "memory": "4GiB", "databases": databases, "settings": {"jit": True, "work_mem": "20MB"}}
    value, findings = Section(shape=Stores).read({"postgres": raw}, "p")
    assert findings == []
    assert value.postgres.memory == 4 * GIB
    assert value.postgres.databases == (Database(name="app", owner="me", extensions=("vector",)),)
    assert value.postgres.settings == {"jit": "on", "work_mem": "20MB"}


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({"postgres": {}}, "p.postgres.service"),
        ({"postgres": {"service": "db", "version": 15}}, "p.postgres.version"),
        ({"postgres": {"service": "db", "weight": 0}}, "p.postgres.weight"),
        ({"postgres": {"service": "db", "databases": [{"name": "A", "owner": "a"}]}}, "p.postgres.databases[0].name"),
        ({"redis": {"service": "cache"}}, "p.redis.use"),
        ({"redis": {"service": "cache", "use": "both"}}, "p.redis.use"),
        ({"objects": {"service": "minio", "image": "minio"}}, "p.objects.image"),
        ({"mysql": {"service": "db"}}, "p.mysql"),
    ],
)
def test_what_is_refused(raw: dict[str, Any], path: str) -> None:
    assert [finding.path for finding in Section(shape=Stores).read(raw, "p")[1]] == [path]


def test_the_declared_stores_come_by_kind_and_without_the_others() -> None:
    value, _ = Section(shape=Stores).read({"search": {"service": "s"}, "postgres": {"service": "db"}}, "p")
    assert {kind: store.service for kind, store in declared(value).items()} == {"postgres": "db", "search": "s"}
    assert declared(Stores()) == {}

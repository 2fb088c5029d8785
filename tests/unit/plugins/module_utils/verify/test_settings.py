# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The same setting in another unit is the same setting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan import tune_postgres, tune_redis
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB
from ansible_collections.holdfast.host.plugins.module_utils.verify.settings import same_postgres, same_redis


@pytest.mark.parametrize(
    ("wanted", "reported", "unit", "same"),
    [
        ("256MB", "32768", "8kB", True),
        ("256MB", "32767", "8kB", False),
        ("16MB", "2048", "8kB", True),
        ("4GB", "4096", "MB", True),
        ("64kB", "64", "kB", True),
        ("64", "64", "kB", True),
        ("1GB", "64", "16MB", True),
        ("10min", "600000", "ms", True),
        ("1000", "1000", "ms", True),
        ("1s", "1000", "ms", True),
        ("2h", "7200", "s", True),
        ("0.9", "0.9", None, True),
        ("2", "2.0", None, True),
        ("-1", "-1", "kB", True),
        ("'*'", "*", None, True),
        ("'pg_stat_statements'", "pg_stat_statements", None, True),
        ("on", "on", None, True),
        ("on", "off", None, False),
        ("lz4", "pglz", None, False),
        ("100", "101", None, False),
        ("8XB", "8", "kB", False),
    ],
)
def test_postgres(wanted: str, reported: str, unit: str | None, same: bool) -> None:
    assert same_postgres(wanted, reported, unit) == same


@pytest.mark.parametrize(
    ("wanted", "reported", "same"),
    [
        ("100mb", str(100 * MIB), True),
        ("100m", "100000000", True),
        ("1gb", str(GIB), True),
        ("100mb", "100000000", False),
        ("noeviction", "noeviction", True),
        ("yes", "no", False),
        ("900 1 300 10 60 10000", "900 1 300 10 60 10000", True),
        ('""', "", True),
        ("NOTICE", "notice", True),
    ],
)
def test_redis(wanted: str, reported: str, same: bool) -> None:
    assert same_redis(wanted, reported) == same


@given(st.integers(256 * MIB, 64 * GIB))
def test_every_planned_setting_is_itself(limit: int) -> None:
    container = tune_postgres.Container(limit=limit, cpus=2, disk_bytes=80 * GIB, storage="ssd", workload="web")
    for setting in tune_postgres.tune(container, 18, {}, "p").settings:
        assert same_postgres(setting.value, setting.value.strip("'"), None)
    for setting in tune_redis.tune(tune_redis.Store(limit=limit, use="queue"), {}, "p").settings:
        assert same_redis(setting.value, setting.value)

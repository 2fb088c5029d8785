# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a change of a setting needs."""

from __future__ import annotations

import json

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.restarts import fixed, reloads, same


@pytest.mark.parametrize(
    ("kind", "name", "version", "answer"),
    [
        ("postgres", "work_mem", 18, True),
        ("postgres", "Work_Mem", 18, True),
        ("postgres", "max_wal_size", 16, True),
        ("postgres", "shared_buffers", 18, False),
        ("postgres", "max_connections", 16, False),
        ("postgres", "io_method", 18, False),
        ("postgres", "autovacuum_max_workers", 17, False),
        ("postgres", "autovacuum_max_workers", 18, True),
        ("postgres", "pg_stat_statements.max", 18, False),
        ("postgres", "of_a_later_version", 18, False),
        ("redis", "maxmemory", 8, True),
        ("redis", "client-output-buffer-limit", 8, True),
        ("redis", "io-threads", 8, False),
        ("redis", "databases", 8, False),
        ("redis", "rename-command", 8, False),
    ],
)
def test_what_a_running_server_takes(kind: str, name: str, version: int, answer: bool) -> None:
    assert reloads(kind, name, version) is answer


def test_the_label_has_what_only_a_restart_changes() -> None:
    settings = [
        {"name": name, "value": value, "reason": "x"}
        for name, value in (("shared_buffers", "256MB"), ("work_mem", "4MB"), ("max_connections", "50"))
    ]
    assert json.loads(fixed("postgres", settings, 18)) == {"shared_buffers": "256MB", "max_connections": "50"}
    assert fixed("postgres", settings, 18) == fixed("postgres", settings[::-1], 18)


@pytest.mark.parametrize(
    ("kind", "name", "wanted", "reported", "answer"),
    [
        ("postgres", "work_mem", "4096kB", "4MB", True),
        ("postgres", "work_mem", "4MB", "8MB", False),
        ("postgres", "cluster_name", "'it''s '", "it's ", True),
        ("postgres", "cluster_name", "'its'", "it's", False),
        ("redis", "maxmemory", "100mb", "104857600", True),
        ("redis", "save", '""', "", True),
        ("redis", "client-output-buffer-limit", "normal 32mb 16mb 60", "normal 33554432 16777216 60 slave 0 0 0", True),
        ("redis", "client-output-buffer-limit", "replica 1mb 1mb 60", "normal 0 0 0 slave 1048576 1048576 60", True),
        ("redis", "client-output-buffer-limit", "normal 32mb 16mb 60", "normal 0 0 0 slave 0 0 0", False),
        ("redis", "client-output-buffer-limit", "pubsub 32mb 16mb 60", "normal 0 0 0", False),
    ],
)
def test_a_servers_value_against_the_planned_one(
    kind: str, name: str, wanted: str, reported: str, answer: bool
) -> None:
    assert same(kind, name, wanted, reported, "kB" if kind == "postgres" else None) is answer

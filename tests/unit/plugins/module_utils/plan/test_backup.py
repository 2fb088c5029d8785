# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is copied, where to, by how much of the host; and nothing where nothing is declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan import backup as subject
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB
from tests.planning import COMPOSE, STACK, merged, planned, wish

LOCAL = {"repositories": [{"local": {"path": "/backups"}}]}
SFTP = {"host": "store.example.org", "user": "u1", "path": "/backups", "host_keys": "ssh-ed25519 AAAA"}
BACKED: dict[str, Any] = {"repositories": [{"sftp": SFTP}, {"local": {"path": "/backups"}}]}


def test_without_a_repository_nothing_is_planned(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    assert plan["backup"] is None
    assert {each["name"] for each in plan["stores"]["postgres"]["settings"]}.isdisjoint(
        {"archive_mode", "archive_command"}
    )


def test_the_plan(tmp_path: Path) -> None:
    plan = planned(tmp_path, raw=merged(STACK, {"backup": BACKED}), provided=["BACKUP_1_SFTP_KEY"])
    planned_part = plan["backup"]
    assert [(each["number"], each["kind"], each["off_host"]) for each in planned_part["repositories"]] == [
        (1, "sftp", True), (2, "local", False),
    ]  # fmt: skip
    settings = {each["name"]: each["value"] for each in plan["stores"]["postgres"]["settings"]}
    # Three quarters of the promised minute; the rest is for the way.
    assert settings["archive_timeout"] == "45s"
    assert settings["archive_command"] == "'sh /etc/pgbackrest/archive.sh %p'"
    assert planned_part["queue_bytes"] >= GIB
    assert {each["name"] for each in plan["secrets"]} >= {"BACKUP_KEY", "BACKUP_1_SFTP_KEY"}
    assert "restic" in {each["name"] for each in plan["packages"]}


@pytest.mark.parametrize(("memory", "cpus", "most"), [(128 * MIB, 8, 1), (GIB, 2, 2), (GIB, 16, 4)])
def test_as_many_processes_as_there_is_room_for(memory: int, cpus: float, most: int) -> None:
    assert subject.processes(memory, cpus) == most


@given(wal=st.integers(24, 24 * 60), full=st.sampled_from(["daily", "weekly"]))
def test_no_less_is_kept_than_was_promised(wal: int, full: str) -> None:
    """The host's program removes log by the days that it is told."""
    declared = wish(backup=LOCAL | {"full": full, "keep": {"wal": f"{wal}h", "full": "100d"}})
    made = subject.part(declared, None, {"memory": GIB, "disk": 0}, {"cpus": 1, "colour": "blue", "tried": []})
    assert 0 <= made["keep_days"]["wal"] * 24 - wal < 24


def test_another_base_has_another_name() -> None:
    assert subject.image("postgres:18", 18) != subject.image("postgres:18@sha256:1", 18)
    assert "FROM postgres:18\n" in subject.dockerfile("postgres:18")
    assert f"ge {subject.LEAST_VERSION}" in subject.dockerfile("postgres:18")


def test_a_carried_stores_volumes_are_copied_while_it_pauses() -> None:
    search = "  search: {image: 'getmeili/meilisearch:v1', volumes: ['found:/meili_data']}\nvolumes: {found: {}}\n"
    declared = wish(COMPOSE + search, stores={"search": {"service": "search"}}, backup=LOCAL)
    assert subject.volumes(declared, "blue") == [
        {"name": "found", "volume": "shop_found", "pause": [{"project": "shop-stores", "service": "search"}]}
    ]

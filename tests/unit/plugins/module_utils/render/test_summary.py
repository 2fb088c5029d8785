# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The plan as people read it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.render.columns import columns
from tests.planning import STACK, host, merged, planned

SFTP = {"host": "store.example.org", "user": "u1", "path": "/backups", "host_keys": "ecdsa-sha2-nistp256 AAAA"}


def test_the_text_says_who_gets_what_and_that_it_adds_up(tmp_path: Path) -> None:
    raw = merged(STACK, {"services": {"web": {"replicas": 2, "memory": "256MiB"}}})
    text = planned(tmp_path, raw=raw)["text"]
    assert text.startswith("shop on debian 13 x86_64, 2 CPUs, 7.6 GiB")
    assert "2 x 256 MiB" in text
    assert "it adds up" in text
    assert "WRONG" not in text
    for line in ("https://www.example.org/  web", "443/tcp  edge", "managed postgres 18", "POSTGRES_PASSWORD_APP"):
        assert line in text


def test_warnings_stand_at_the_end_and_only_where_there_are_any(tmp_path: Path) -> None:
    backed = merged(STACK, {"backup": {"repositories": [{"sftp": SFTP}]}})
    assert "Warnings:" not in planned(tmp_path, raw=backed, provided=["BACKUP_1_SFTP_KEY"])["text"]
    on = host(cgroup={"version": 2, "controllers": ["pids"]})
    end = planned(tmp_path, on=on)["text"].partition("Warnings:")[2]
    assert "host.cgroup.controllers" in end


def test_the_brief_tells_how_to_look_inside(tmp_path: Path) -> None:
    brief = planned(tmp_path)["brief"]
    assert "cd /etc/holdfast/app && docker compose ps" in brief
    assert "Secrets" not in brief


def test_no_line_ends_in_blanks_or_holds_a_secret(tmp_path: Path) -> None:
    text = planned(tmp_path)["text"]
    assert [line for line in text.splitlines() if line != line.rstrip()] == []
    assert "laptop" not in text


@given(st.lists(st.tuples(st.text("ab ", max_size=5), st.text("ab", min_size=1, max_size=5)), max_size=5))
def test_columns_line_up(rows: list[tuple[str, str]]) -> None:
    lines = columns(rows)
    assert len(lines) == len(rows)
    width = max((len(row[0]) for row in rows), default=0)
    assert [line[2 + width + 2 :] for line in lines] == [row[1] for row in rows]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A database is read at a moment whose position in the log is known, and a copy is compared with it table by table."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_content as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_content import State
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import World
from tests.unit.plugins.module_utils.test_backup_engine import engine, running

STATE = State(database="app", lsn="0/5000000", tables={"public.a": "2 77", "public.b": "0 0"})
LISTED = Result(status=0, out=f"public.a\t8192\npublic.huge\t{subject.LARGEST_BYTES + 1}\n")


def test_names_are_quoted_as_text() -> None:
    said = subject.content(['public."it\'s"'])
    assert said.startswith("SELECT 'public.\"it''s\"', count(*)")
    assert said.endswith('FROM ONLY public."it\'s" t')
    assert subject.content([]) == "SELECT NULL, NULL WHERE false"


def test_a_state_and_its_position(tmp_path: Path) -> None:
    seen = World(running("postgres") | {"psql": [LISTED, Result(status=0, out="0/5000000\npublic.a\t2 77\n")]})
    found = subject.observe(engine(tmp_path, seen), "app")
    assert found == State(database="app", lsn="0/5000000", tables={"public.a": "2 77"}, larger=("public.huge",))
    script = seen.given[-1]
    # Who writes is asked between the first look at the log and the snapshot, or a commit may hide there.
    assert script.index("AS before") < script.index("backend_xid") < script.index("BEGIN ISOLATION")
    assert "huge" not in script


def test_a_moment_in_which_others_write_is_not_taken(tmp_path: Path) -> None:
    good = Result(status=0, out="0/5000000\npublic.a\t2 77\n")
    seen = World(running("postgres") | {"psql": [LISTED, Result(status=0), Result(status=0), good]})
    assert subject.observe(engine(tmp_path, seen), "app").lsn == "0/5000000"
    busy = World(running("postgres") | {"psql": [LISTED, Result(status=0)]})
    with pytest.raises(FailedError, match="nothing to compare a copy with: no moment without a commit in app"):
        subject.observe(engine(tmp_path, busy), "app")


def test_the_same_and_other_tables() -> None:
    assert subject.differences(STATE, "public.a\t2 77\npublic.b\t0 0\n") == []
    assert subject.differences(STATE, "public.a\t1 70\npublic.b\t0 0\n") == [
        "table public.a of app: 2 rows (sum 77) where 1 rows (sum 70) was restored",
    ]
    more = "public.a\t2 77\npublic.b\t3 9\n"
    assert subject.differences(STATE, more) == [
        "table public.b of app: 0 rows (sum 0) where 3 rows (sum 9) was restored",
    ]


def test_a_copy_is_read_as_the_source_was() -> None:
    assert "SET timezone = 'UTC'" in subject.of_copy(STATE)
    assert subject.content(["public.a", "public.b"]) in subject.of_copy(STATE)

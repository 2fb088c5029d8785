# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the server says of its archiver is read."""

from __future__ import annotations

import shutil
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import backup_archiver as subject
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import World
from tests.unit.plugins.module_utils.test_backup_engine import engine, running


def asked(directory: Path, said: str) -> subject.Archiver:
    """Return what is read of what the server says."""
    there = {"psql": Result(status=0, out=said), "volume inspect": Result(status=0, out=f"{directory}\n")}
    return subject.ask(engine(directory, World(running("postgres") | there)))


def test_an_archiver_that_fails(tmp_path: Path) -> None:
    found = asked(tmp_path, "2\t61.5\t10\t3\t4.5\t00000001000000000000000A\n")
    assert (found.waiting, found.oldest, found.archived, found.failed, found.failing) == (2, 61.5, 10, 3, 4.5)
    assert found.last == "00000001000000000000000A"


def test_one_that_works(tmp_path: Path) -> None:
    assert asked(tmp_path, "0\t0\t10\t0\t\t\n").failing is None


def test_what_the_disk_has_left(tmp_path: Path) -> None:
    free = asked(tmp_path, "0\t0\t10\t0\t\t\n").free
    assert free is not None
    assert 0 < free < shutil.disk_usage(tmp_path).total

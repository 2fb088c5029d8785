# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A dump is kept once it is whole, and a database gets its name once it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_dumps
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError, PartlyError
from ansible_collections.holdfast.host.plugins.module_utils.backup_dumps import Server
from ansible_collections.holdfast.host.plugins.module_utils.backup_files import Source
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import (
    GOOD,
    LOCKED,
    SUMMARY,
    World,
    container,
    out,
    restic,
    settings,
    snapshot,
)
from tests.unit.plugins.module_utils.test_backup_settings import GIVEN

BAD = Result(status=1, err="server closed the connection")
ENDED = Result(status=-15)


class Pipe:
    """Answers each time with the next pair of results; the last stays."""

    def __init__(self, *pairs: tuple[Result, Result]) -> None:
        self.pairs, self.seen = list(pairs), list[tuple[str, str]]()

    def __call__(self, first: Sequence[str], second: Sequence[str]) -> tuple[Result, Result]:
        self.seen.append((" ".join(first), " ".join(second)))
        return self.pairs.pop(0) if len(self.pairs) > 1 else self.pairs[0]


def world(**more: Any) -> World:
    """Return a host with PostgreSQL, and a repository with one good dump and what a killed run left."""
    usual = {
        "docker ps": Result(status=0, out="a\n"),
        "docker inspect": out([container("a", "postgres")]),
        "cat config": out({"id": "abc"}),
        "--tag partial:dump:app": out([snapshot("left", "partial:dump:app")]),
        "--tag dump:app": out([snapshot("newidnewid", "dump:app", original="aaaabbbbcccc") | {"paths": ["/app.dump"]}]),
        "psql": Result(status=0, out="0\n"),
    }
    return World(more | {part: answer for part, answer in usual.items() if part not in more})


def server(directory: Path, seen: World) -> Server:
    return backup_dumps.server(settings(directory), seen)


def test_a_whole_dump_gets_its_tag_in_the_end(tmp_path: Path) -> None:
    seen, pipe = world(), Pipe((GOOD, out(SUMMARY)))
    (copy,) = backup_dumps.backup(settings(tmp_path), seen, pipe)
    assert (copy.tag, copy.snapshot) == ("dump:app", "newidnew")
    ((dumped, kept),) = pipe.seen
    own = "docker exec a pg_dump --no-password -U holdfast -Fc -Z 0 --lock-wait-timeout=10min -d app"
    assert dumped == own
    assert kept.endswith("--host shop --tag partial:dump:app --stdin --stdin-filename app.dump")
    assert [each for each in seen.seen if each.startswith(("forget", "tag"))] == [
        "forget left",
        "tag --set dump:app aaaabbbb",
    ]


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ((BAD, ENDED), "pg_dump: server closed the connection; restic: exit status -15"),
        # Should restic have ended well all the same.
        ((BAD, out(SUMMARY)), "pg_dump: server closed the connection$"),
        ((GOOD, Result(status=1, err="Fatal: no room")), "restic: Fatal: no room"),
        ((GOOD, GOOD), "dump:app was not copied"),
    ],
)
def test_half_a_dump_never_gets_it(tmp_path: Path, pair: tuple[Result, Result], told: str) -> None:
    seen = world()
    with pytest.raises(PartlyError, match=told):
        backup_dumps.backup(settings(tmp_path), seen, Pipe(pair))
    assert seen.count("tag --set") == 0


def test_one_database_that_fails_keeps_no_other_from_its_dump(tmp_path: Path) -> None:
    names = [{"name": "broken", "owner": "app"}, {"name": "app", "owner": "app"}]
    made = settings(tmp_path, postgres=GIVEN["postgres"] | {"databases": names})
    seen = world(**{"--tag partial:dump:broken": out([])})
    with pytest.raises(PartlyError, match="dump:broken was not copied") as caught:
        backup_dumps.backup(made, seen, Pipe((BAD, ENDED), (GOOD, out(SUMMARY))))
    assert [each.tag for each in caught.value.done] == ["dump:app"]


def test_a_dump_begins_again_where_the_repository_was_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_dumps, "POLL_SECONDS", 0)
    seen, pipe = world(), Pipe((ENDED, LOCKED), (GOOD, out(SUMMARY)))
    made = replace(restic(tmp_path, seen), patience_seconds=60)
    assert backup_dumps.dump(server(tmp_path, seen), made, pipe, "app").snapshot == "newidnew"
    assert (len(pipe.seen), seen.count("unlock")) == (2, 1)


def restore(directory: Path, seen: World, pipe: Pipe) -> None:
    source = Source(restic=restic(directory, seen))
    backup_dumps.restore(server(directory, seen), pipe, source, "app", "again")


def scripts(seen: World) -> list[str]:
    return [each for each in seen.given if each]


def test_a_database_gets_its_name_once_it_is_whole(tmp_path: Path) -> None:
    seen, pipe = world(), Pipe((GOOD, GOOD))
    restore(tmp_path, seen, pipe)
    ((dumped, written),) = pipe.seen
    assert dumped.endswith("--no-lock dump newidnewid /app.dump")
    half = "holdfast_restore_again"
    assert written == f"docker exec -i a pg_restore --no-password -U holdfast --exit-on-error -d {half}"
    assert [each.split()[0] for each in scripts(seen)] == ["SELECT", "DROP", "ALTER"]
    assert "CREATE DATABASE" in scripts(seen)[1]
    assert any(f"-v half={half} -v owner=app" in each for each in seen.seen)


@pytest.mark.parametrize(
    ("pair", "told"), [((BAD, ENDED), "restic: server closed.*; pg_restore: "), ((GOOD, BAD), "pg_restore: server")]
)
def test_half_a_database_goes_again(tmp_path: Path, pair: tuple[Result, Result], told: str) -> None:
    seen = world()
    with pytest.raises(FilesError, match=told):
        restore(tmp_path, seen, Pipe(pair))
    assert scripts(seen)[-1].startswith("DROP DATABASE IF EXISTS")
    assert not any("RENAME" in each for each in scripts(seen))


def test_a_database_that_is_there_is_not_touched(tmp_path: Path) -> None:
    seen, pipe = world(psql=Result(status=0, out="1\n")), Pipe((GOOD, GOOD))
    with pytest.raises(FilesError, match="again is there already"):
        restore(tmp_path, seen, pipe)
    assert (pipe.seen, len(scripts(seen))) == ([], 1)


def test_an_exchange_is_made_at_once_and_opens_what_it_closed(tmp_path: Path) -> None:
    seen = world()
    backup_dumps.exchange(server(tmp_path, seen), "again", "app", "before")
    first, last = scripts(seen)
    assert first.index("BEGIN;") < first.index("RENAME") < first.index("COMMIT;")
    assert "ALLOW_CONNECTIONS true" in last
    assert "-v name=app -v other=before" in seen.seen[-1]


def test_an_exchange_that_fails_opens_both(tmp_path: Path) -> None:
    seen = world(psql=[BAD, GOOD])
    with pytest.raises(FilesError, match="PostgreSQL refused: server closed"):
        backup_dumps.exchange(server(tmp_path, seen), "again", "app", "before")
    assert "-v name=app -v other=again" in seen.seen[-1]
    assert "ALLOW_CONNECTIONS true" in scripts(seen)[-1]


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FilesError, match="no PostgreSQL is declared"):
        backup_dumps.server(settings(tmp_path, postgres=None), World({}))
    with pytest.raises(FilesError, match="is not there yet"):
        server(tmp_path, World({}))

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One repository that fails keeps none of the others from having what there is now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from ansible_collections.holdfast.host.plugins.module_utils import backup_secure as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import out, settings
from tests.unit.plugins.module_utils.test_backup_choice import NOW, of_two, time, two
from tests.unit.plugins.module_utils.test_backup_engine import engine
from tests.unit.plugins.module_utils.test_backup_info import entry
from tests.unit.plugins.module_utils.test_backup_place import FINDS, place

NO_ROUTE = Result(status=1, err="no route")
EMPTY = out([entry(repo=[{"key": 2, "status": {"code": 3, "message": "missing stanza path"}}], archive=[], backup=[])])


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"--repo=2 info": NO_ROUTE}, "no route"),
        ({"--repo=2 info": EMPTY}, "missing stanza path"),
        ({**of_two(), FINDS.format(2): NO_ROUTE}, "no route"),
        ({**of_two(), FINDS.format(2): out({})}, f"{info.name(2, 11)} did not come within 60 s"),
        (of_two(), ""),
    ],
)
def test_the_log_is_found_in_each(tmp_path: Path, answers: dict[str, Any], said: str) -> None:
    seen, made = place(**answers), two(settings(tmp_path))
    found = subject.log(engine(tmp_path, seen), made)
    assert found.there == ({1} if said else {1, 2})
    where = made.repositories[0].where
    assert found.lacking == ((f"repository 2 ({where}): {said}",) if said else ())
    assert [each for each in seen.given if each] == [
        "SELECT pg_current_xact_id()", "SELECT pg_walfile_name(pg_switch_wal())"
    ]  # fmt: skip


def test_each_gets_a_backup_that_answers(tmp_path: Path) -> None:
    seen, made = place(**{"--repo=2 info": NO_ROUTE}), two(settings(tmp_path))
    found = subject.backups(engine(tmp_path, seen), made)
    assert found.there == {1}
    assert len(found.lacking) == 1
    assert (seen.count("--type=incr backup"), seen.count("--repo=1 --repo1")) == (1, 1)
    seen = place(**of_two(), **{"--repo=1 --repo1": NO_ROUTE})
    assert subject.backups(engine(tmp_path, seen), made).there == {2}


def test_without_a_server_none_has_it(tmp_path: Path) -> None:
    seen, made = place(**{"docker inspect --type": out([])}), two(settings(tmp_path))
    found = subject.backups(engine(tmp_path, seen), made)
    assert (found.there, len(found.lacking)) == (frozenset(), 2)
    assert "no last backup could be made" in str(found.refused())


def secured(*there: int) -> subject.Secured:
    """Return what some repositories have."""
    return subject.Secured(there=frozenset(there), lacking=("repository 1: no route",), what="not done")


def test_what_is_restored_from_has_it(tmp_path: Path) -> None:
    host, made = engine(tmp_path, place(**of_two())), two(settings(tmp_path))
    for having, repository in ((secured(1, 2), 1), (secured(2), 2)):
        found = having.choose(host, made, time(60), NOW)
        assert (found.repository, found.backup) == (repository, "OLD")
    first = Target(repository=1)
    for target, having, hint in ((first, secured(2), "--repository 2 has it"), (Target(), secured(), "--without-last")):
        with pytest.raises(FailedError, match=f"not done: repository 1: no route\n{hint}"):
            having.choose(host, made, target, NOW)


def test_one_that_has_it_and_does_not_lead_there_is_not_taken(tmp_path: Path) -> None:
    host, made = engine(tmp_path, place(**of_two())), two(settings(tmp_path))
    only = replace(made, repositories=made.repositories[:1])
    with pytest.raises(FailedError, match="not done"):
        secured(2).choose(host, only, time(60), NOW)

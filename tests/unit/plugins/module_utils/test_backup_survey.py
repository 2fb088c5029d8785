# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Of the repositories those are surveyed that answer; what the others say is kept beside."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from ansible_collections.holdfast.host.plugins.module_utils import backup_survey as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import World, settings
from tests.unit.plugins.module_utils.test_backup_choice import HOUR, NOW, less, two, world
from tests.unit.plugins.module_utils.test_backup_engine import engine

SILENT = Result(status=1, err="no route")


def test_one_that_does_not_answer_is_beside_the_others(tmp_path: Path) -> None:
    seen = engine(tmp_path, World({"--repo=2": SILENT, **world().answers}))
    found, silent = subject.survey(seen, two(settings(tmp_path)), NOW)
    assert [each.stanza.repository for each in found] == [1]
    assert [(each.repository, each.message) for each in silent] == [(2, "no route")]
    assert len(subject.known(seen, two(settings(tmp_path)), NOW)) == 1


def test_none_that_answers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match="no repository answers:\nno route"):
        subject.survey(engine(tmp_path, world(**{" info": SILENT})), settings(tmp_path), NOW)


def test_how_far_a_log_goes_and_what_it_lacks(tmp_path: Path) -> None:
    (whole,) = subject.known(engine(tmp_path, world()), settings(tmp_path), NOW)
    assert (whole.end(), whole.gap()) == ((2, 11), [])
    lacking = world(**{"--recurse repo-ls": less(info.name(2, 9))})
    (short,) = subject.known(engine(tmp_path, lacking), settings(tmp_path), NOW)
    assert short.gap() == [info.name(2, 9)]
    assert short.leads_until(info.name(2, 9), short.lines[-1]) == NOW - HOUR / 2


def test_a_moment_for_people() -> None:
    assert subject.when(NOW + 0.9) == "2033-05-18 03:33:20+00:00"


def test_the_size_of_the_newest_backup(tmp_path: Path) -> None:
    assert subject.size(engine(tmp_path, world()), settings(tmp_path)) > 0

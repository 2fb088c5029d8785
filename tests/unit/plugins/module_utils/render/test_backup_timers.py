# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The timer of work that is never done is ended and removed, whatever a former declaration had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.render import backup_timers as subject
from ansible_collections.holdfast.host.plugins.module_utils.unit_state import GONE
from tests.planning import STACK, merged, planned

NEVER = {"incremental": "never", "dumps": "never", "drill": "never"}


def plan(directory: Path, **backup: Any) -> dict[str, Any]:
    declared = {"repositories": [{"local": {"path": "/backups"}}], **backup}
    return planned(directory, raw=merged(STACK, {"backup": declared}))


@pytest.mark.parametrize("works", [("incr", "dumps", "drill"), ("incr",), ()])
def test_what_is_never_done_is_ended(tmp_path: Path, works: tuple[str, ...]) -> None:
    every = {"incremental": "daily", "dumps": "daily", "drill": "weekly"}
    words = dict(zip(("incr", "dumps", "drill"), every, strict=True))
    found = plan(tmp_path, **every | {words[each]: "never" for each in works})["backup"]
    names = [f"holdfast-backup-{each}.timer" for each in works]
    assert [each["name"] for each in found["units"] if each.get("state") == GONE] == names
    assert found["absent"] == [f"/etc/systemd/system/{each}" for each in names]
    written = {each["path"] for each in found["files"]}
    assert written.isdisjoint(found["absent"])
    running = {each["name"] for each in found["units"] if "state" not in each}
    assert {f"/etc/systemd/system/{each}" for each in running} <= written


def test_verify_expects_what_runs_alone(tmp_path: Path) -> None:
    expected = plan(tmp_path, **NEVER)["expect"]["backup"]["timers"]
    assert sorted(expected) == sorted(map(subject.name, ("files", "readable", "truth", "full")))


def test_a_timer_catches_up_unless_it_is_due_soon_anyway() -> None:
    row = {"work": "full", "reason": "a full backup", "calendar": "daily", "jitter_seconds": 0, "every_seconds": 3600}
    text = subject.file(row)["content"]
    assert "Unit=holdfast-backup@full.service" in text
    assert "Persistent=true" in text
    assert "Persistent=false" in subject.file(row | {"every_seconds": 300})["content"]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Findings say what is not as promised, metrics say how it is, and a gap has a new full backup begun."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import atomic, backup_ledger, backup_report
from ansible_collections.holdfast.host.plugins.module_utils import backup_info as info
from ansible_collections.holdfast.host.plugins.module_utils import backup_truth as subject
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import FailedError
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from tests.unit.plugins.module_utils.backup_world import World, out, settings
from tests.unit.plugins.module_utils.test_backup_engine import engine
from tests.unit.plugins.module_utils.test_backup_info import entry
from tests.unit.plugins.module_utils.test_backup_postgres import world

DAY = 86_400
ARCHIVER = Result(status=0, out=f"0\t0\t9\t0\t\t{info.name(1, 8)}\n")


def test_a_drill_that_never_was_is_told_from_the_first_look_on(tmp_path: Path) -> None:
    looked(tmp_path, [entry()])
    kept = json.loads((tmp_path / subject.FILE).read_text())
    assert [each["path"] for each in kept["findings"]] == ["backup.repository[1].full"]
    earlier = kept["since"]["drill"] - 11 * DAY
    (tmp_path / subject.FILE).write_text(json.dumps(kept | {"since": {"drill": earlier}}))
    _, findings = looked(tmp_path, [entry()])
    assert findings[-1].path == "backup.drill.last"
    again = json.loads((tmp_path / subject.FILE).read_text())["since"]
    assert again["drill"] == earlier
    # One that is declared later owes nothing yet.
    assert all(at > earlier for work, at in again.items() if work != "drill")


def test_a_clock_that_went_back_is_told(tmp_path: Path) -> None:
    looked(tmp_path, [entry()])
    kept = json.loads((tmp_path / subject.FILE).read_text())
    (tmp_path / subject.FILE).write_text(json.dumps(kept | {"at": kept["at"] + 3600}))
    _, findings = looked(tmp_path, [entry()])
    assert [each.path for each in findings if each.path == "backup.clock"]
    _, findings = looked(tmp_path, [entry()])
    assert not [each.path for each in findings if each.path == "backup.clock"]


def test_a_segment_that_the_archiver_believes_in_is_told(tmp_path: Path) -> None:
    lost = Result(status=0, out=f"0\t0\t9\t0\t\t{info.name(1, 9)}\n")
    made = settings(tmp_path, metrics=str(tmp_path / "backup.prom"))
    findings = subject.look(engine(tmp_path, world([entry()], psql=lost)), made)
    assert ("backup.repository[1].log", info.name(1, 9)) in [(each.path, each.value) for each in findings]


def looked(directory: Path, said: list[dict[str, Any]], **more: Any) -> tuple[World, list[Finding]]:
    seen = world(said, psql=ARCHIVER, **more)
    made = settings(directory, metrics=str(directory / "backup.prom"))
    return seen, subject.look(engine(directory, seen), made)


def test_what_is_found_is_kept(tmp_path: Path) -> None:
    _, findings = looked(tmp_path, [entry()])
    kept = json.loads((tmp_path / subject.FILE).read_text())
    assert [each["path"] for each in kept["findings"]] == [each.path for each in findings]
    # The backup is of 1970.
    assert [each.path for each in findings] == ["backup.repository[1].full"]
    text = (tmp_path / "backup.prom").read_text()
    assert 'holdfast_backup_restorable{repository="1"} 1' in text
    assert "holdfast_backup_archived_segments_total 9" in text


def test_a_server_that_is_down_is_a_finding(tmp_path: Path) -> None:
    seen = World({"docker ps": Result(status=0, out="")})
    made = settings(tmp_path, metrics=str(tmp_path / "backup.prom"))
    (found,) = subject.look(engine(tmp_path, seen), made)
    assert found.path == "backup.server"
    assert json.loads((tmp_path / subject.FILE).read_text())["truths"] == []


def without(service: str, said: list[dict[str, Any]]) -> World:
    """Return a cluster of which one service does not run."""

    def listed(command: Sequence[str], _given: str) -> Result:
        return Result(status=0, out="" if any(word.endswith(f"service={service}") for word in command) else "a\n")

    return world(said, psql=ARCHIVER, **{"docker ps": listed})


def test_what_runs_is_asked_all_the_same(tmp_path: Path) -> None:
    """A server that is down is no reason to know nothing of its backups; nor the other way round."""
    made = settings(tmp_path, metrics=str(tmp_path / "backup.prom"))
    findings = subject.look(engine(tmp_path, without("postgres", [entry()])), made)
    assert [each.path for each in findings] == ["backup.server", "backup.repository[1].full"]
    assert "postgres does not run" in findings[0].value
    assert 'holdfast_backup_restorable{repository="1"} 1' in (tmp_path / "backup.prom").read_text()
    (found,) = subject.look(engine(tmp_path, without("holdfast-backup", [entry()])), made)
    assert "holdfast-backup does not run" in found.value
    assert "holdfast_backup_archived_segments_total 9" in (tmp_path / "backup.prom").read_text()


def test_a_repository_that_cannot_be_read_is_not_up(tmp_path: Path) -> None:
    said = [entry(repo=[{"key": 1, "status": {"code": 99, "message": "other"}}], backup=[], archive=[])]
    seen, (found,) = looked(tmp_path, said)
    assert found.path == "backup.repository[1]"
    assert 'holdfast_backup_repository_up{repository="1"} 0' in (tmp_path / "backup.prom").read_text()
    assert seen.count("systemctl start") == 0


def test_a_damaged_state_is_told_and_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / backup_report.STATE).write_text("{")
    _, findings = looked(tmp_path, [entry()])
    assert [each.path for each in findings] == ["backup.repository[1].full", "backup.state"]


def test_without_postgresql_the_other_works_are_told(tmp_path: Path) -> None:
    made = settings(tmp_path, metrics=str(tmp_path / "backup.prom"), postgres=None)
    with pytest.raises(OSError, match="full disk"), backup_report.recorded(tmp_path, "files"):
        raise OSError("full disk")
    (found,) = subject.look(None, made)
    assert (found.path, found.value) == ("backup.files", "full disk")
    assert 'holdfast_backup_last_ok{work="files"} 0' in (tmp_path / "backup.prom").read_text()


def test_a_full_disk_has_a_new_base_begun_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(atomic, "write_file", full)
    seen = world([entry()], psql=ARCHIVER, **{"repo-ls": out({"20260101-000000F": {"type": "path"}})})
    made = settings(tmp_path, metrics=str(tmp_path / "backup.prom"))
    with pytest.raises(OSError, match="no space left"):
        subject.look(engine(tmp_path, seen), made)
    assert seen.count("systemctl start --no-block holdfast-backup@base.service") == 1


def test_metrics_say_when_they_were_read(tmp_path: Path) -> None:
    began = time.time()
    looked(tmp_path, [entry()])
    text = (tmp_path / "backup.prom").read_text()
    (read,) = (float(each.split()[1]) for each in text.splitlines() if each.startswith("holdfast_backup_read_"))
    assert began - 1 <= read <= time.time()


def test_a_restore_that_did_not_end_is_told(tmp_path: Path) -> None:
    made = settings(tmp_path)
    ledger = backup_ledger.Ledger(asked="latest", repository=1, backup="a", timeline=1, step=backup_ledger.FETCHED)
    path = backup_ledger.path(made)
    path.write_text(json.dumps(asdict(ledger)))
    os.utime(path, (0, 0))
    _, findings = looked(tmp_path, [entry()])
    assert [each.level for each in findings if each.path == "backup.restore.open"] == ["warning"]


def test_what_only_grows_is_a_counter(tmp_path: Path) -> None:
    looked(tmp_path, [entry()])
    kinds = dict(line.split()[2:] for line in (tmp_path / "backup.prom").read_text().splitlines() if " TYPE " in line)
    assert kinds["holdfast_backup_archive_failures_total"] == "counter"
    assert kinds["holdfast_backup_archive_waiting_seconds"] == "gauge"
    assert {name.endswith("_total") for name, kind in kinds.items() if kind == "counter"} == {True}


def test_after_a_gap_a_new_base_is_begun_once_an_hour(tmp_path: Path) -> None:
    seen, _ = looked(tmp_path, [entry()], **{"repo-ls": out({"20260101-000000F": {"type": "path"}})})
    assert seen.count("systemctl start --no-block holdfast-backup@base.service") == 1
    with backup_report.recorded(tmp_path, "base"):
        pass
    seen, _ = looked(tmp_path, [entry()], **{"repo-ls": out({"20260101-000000F": {"type": "path"}})})
    assert seen.count("systemctl start") == 0


def test_a_base_that_failed_is_told_as_long_as_one_is_lacking(tmp_path: Path) -> None:
    with contextlib.suppress(FailedError), backup_report.recorded(tmp_path, "base"):
        raise FailedError("no room")
    _, found = looked(tmp_path, [entry()], **{"repo-ls": out({"20260101-000000F": {"type": "path"}})})
    assert ("backup.base", "no room") in [(each.path, each.value) for each in found]
    _, found = looked(tmp_path, [entry()])
    assert "backup.base" not in [each.path for each in found]


def test_a_lost_backup_is_told_and_a_new_base_is_begun(tmp_path: Path) -> None:
    seen, found = looked(tmp_path, [entry()], **{"repo-ls": out({})})
    assert seen.count("systemctl start --no-block holdfast-backup@base.service") == 1
    told = {each.path: (each.value, each.level) for each in found}
    assert told["backup.repository[1].backups"] == ("20260101-000000F", "error")

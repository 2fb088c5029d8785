# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The units module the way Ansible calls it, against a systemctl that keeps its state in a file."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import unit_state
from ansible_collections.holdfast.host.plugins.modules import units
from tests.unit.plugins.modules.in_process import run_module

SYSTEMCTL = """#!/bin/sh
# A unit is a directory of files, one for each of its properties.
cd '{state}' || exit 1
verb="$1"; shift
echo "$verb" >> calls
if [ "$verb" = show ]; then
  shift
  for name; do
    [ -d "$name" ] || echo LoadState=not-found
    for property in "$name"/*; do [ ! -e "$property" ] || echo "$(basename "$property")=$(cat "$property")"; done
    echo
  done
  exit 0
fi
[ "$verb" != daemon-reload ] || {{ for each in *.service; do echo no > "$each/NeedDaemonReload"; done; exit 0; }}
for name; do :; done
[ -d "$name" ] || exit 5
case "$verb" in
  kill) echo "${{LEFT_AS:-inactive}}" > "$name/ActiveState" ;;
  stop) echo inactive > "$name/ActiveState" ;;
  enable) echo enabled > "$name/UnitFileState" ;;
  start | restart) echo active > "$name/ActiveState"; echo {pid} > "$name/MainPID" ;;
esac
"""


class Machine:
    """A made-up service manager."""

    def __init__(self, root: Path) -> None:
        self.state = root
        program = root / "bin/systemctl"
        program.parent.mkdir()
        program.write_text(SYSTEMCTL.format(state=root, pid=os.getpid()), encoding="utf-8")
        program.chmod(0o755)
        for name in ("a.service", "b.service"):
            self.have(name, LoadState="loaded", ActiveState="inactive", UnitFileState="disabled", MainPID="0")

    def have(self, name: str, **properties: str) -> None:
        """Set properties of a unit."""
        (self.state / name).mkdir(exist_ok=True)
        for key, value in properties.items():
            (self.state / name / key).write_text(value, encoding="utf-8")

    def verbs(self) -> list[str]:
        """Return what was called so far, without show."""
        calls = (self.state / "calls").read_text(encoding="utf-8").split()
        return [verb for verb in calls if verb != "show"]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.setattr(units, "in_container", lambda: False)
    monkeypatch.setattr(unit_state, "OWN", str(tmp_path / "own"))
    monkeypatch.setattr(unit_state, "linked", partial(unit_state.linked, root=str(tmp_path / "own")))
    return made


def run(capfd: pytest.CaptureFixture[str], *asked: dict[str, Any], **options: Any) -> dict[str, Any]:
    return run_module(units.main, capfd, units=list(asked), **options)


def test_check_real_check_real(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    asked = ({"name": "a.service"}, {"name": "b.service", "background": True})
    told = run(capfd, *asked, check=True)
    assert told["changed"]
    assert machine.verbs() == []
    done = run(capfd, *asked)
    assert done["actions"] == {"a.service": [["enable"], ["start"]], "b.service": [["enable"], ["start", "--no-block"]]}
    assert not run(capfd, *asked, check=True)["changed"]
    assert not run(capfd, *asked)["changed"]
    assert machine.verbs() == ["enable", "start", "enable", "start"]


def test_a_unit_that_is_older_than_its_file_is_restarted_its_way(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.have("a.service", ActiveState="active", UnitFileState="static", ActiveEnterTimestampMonotonic="1")
    file = machine.state / "a.conf"
    file.write_text("x", encoding="utf-8")
    asked = {"name": "a.service", "reads": [str(file)], "restart": ["kill", "start"]}
    assert run(capfd, asked)["actions"] == {"a.service": [["kill"], ["start"]]}
    assert machine.verbs() == ["kill", "start"]


def test_a_unit_that_does_not_end_is_not_started_again(
    machine: Machine, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.have("a.service", ActiveState="active", UnitFileState="static", ActiveEnterTimestampMonotonic="1")
    (machine.state / "a.conf").write_text("x", encoding="utf-8")
    monkeypatch.setattr(units, "END_SECONDS", 0.2)
    monkeypatch.setenv("LEFT_AS", "deactivating")
    asked = {"name": "a.service", "reads": [str(machine.state / "a.conf")], "restart": ["kill", "start"]}
    assert "did not end within 0.2 s" in run(capfd, asked)["msg"]
    assert machine.verbs() == ["kill"]


def test_changed_unit_files_are_read_first(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    machine.have("a.service", NeedDaemonReload="yes")
    run(capfd, {"name": "a.service"})
    assert machine.verbs() == ["daemon-reload", "enable", "start"]


def test_what_a_container_lacks_is_told(
    machine: Machine, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "in_container", lambda: True)
    done = run(capfd, {"name": "a.service", "kernel": "the audit"})
    assert (done["changed"], done["unheld"]) == (False, {"a.service": "the audit"})
    assert machine.verbs() == []


def test_a_unit_that_is_not_there_fails(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(capfd, {"name": "c.service"})["msg"] == "there is no unit c.service"
    assert machine.verbs() == []


def test_a_unit_of_ours_goes_once(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    asked = ({"name": "a.service", "state": "gone"}, {"name": "c.service", "state": "gone"})
    machine.have("a.service", LoadState="not-found", ActiveState="active")
    (machine.state / "own/x.target.wants").mkdir(parents=True)
    (machine.state / "own/x.target.wants/a.service").symlink_to("/nowhere/a.service")
    assert run(capfd, *asked, check=True)["actions"] == {"a.service": [["stop"], ["disable"]]}
    assert machine.verbs() == []
    run(capfd, *asked)
    assert machine.verbs() == ["stop", "disable"]
    (machine.state / "own/x.target.wants/a.service").unlink()
    assert not run(capfd, *asked)["changed"]


def test_a_timer_that_lost_its_file_is_forgotten(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    machine.have("a.service", LoadState="not-found", ActiveState="failed")
    assert run(capfd, {"name": "a.service", "state": "gone"})["actions"] == {"a.service": [["reset-failed"]]}


@pytest.mark.parametrize(("place", "changed"), [("own", True), ("usr/lib", False)])
def test_a_package_s_unit_of_the_same_name_is_left_alone(
    machine: Machine, capfd: pytest.CaptureFixture[str], place: str, changed: bool
) -> None:
    machine.have("a.service", ActiveState="active", FragmentPath=str(machine.state / place / "a.service"))
    assert run(capfd, {"name": "a.service", "state": "gone"}, check=True)["changed"] is changed


def test_what_reads_files_that_went_reads_anew_and_is_never_started(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    directory = machine.state / "conf.d"
    directory.mkdir()
    asked = {"name": "a.service", "state": "left", "reads": [str(directory / "ours.conf")]}
    assert not run(capfd, asked, {"name": "c.service", "state": "left"})["changed"]
    machine.have("a.service", ActiveState="active", ActiveEnterTimestampMonotonic="1")
    assert run(capfd, asked)["actions"] == {"a.service": [["restart"]]}
    os.utime(directory, (1, 1))
    assert not run(capfd, asked)["changed"]


def test_no_unit_is_no_change(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    assert not run(capfd)["changed"]
    assert not (machine.state / "calls").exists()

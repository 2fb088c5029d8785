# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The unit module the way Ansible calls it, against a systemctl that keeps its state in a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.holdfast.host.plugins.modules import unit
from tests.unit.plugins.modules.in_process import run_module

SYSTEMCTL = """#!/bin/sh
# A unit is a directory of files, one for each of its properties.
cd '{state}' || exit 1
verb="$1" name="$2"
echo "$verb" >> calls
[ "$verb" = show ] && {{
  [ -d "$name" ] || {{ echo LoadState=not-found; exit 0; }}
  for property in "$name"/*; do echo "$(basename "$property")=$(cat "$property")"; done
  exit 0
}}
[ "$verb$name" = daemon-reload ] && exit 0
[ -d "$name" ] || exit 5
case "$verb" in
  enable) echo enabled > "$name/UnitFileState" ;;
  start | restart) echo active > "$name/ActiveState"; echo {pid} > "$name/MainPID" ;;
esac
"""


class Machine:
    """A made-up service manager with one unit."""

    def __init__(self, root: Path) -> None:
        self.state = root
        self.config = root / "daemon.json"
        self.config.write_text("{}", encoding="utf-8")
        program = root / "bin/systemctl"
        program.parent.mkdir()
        program.write_text(SYSTEMCTL.format(state=root, pid=os.getpid()), encoding="utf-8")
        program.chmod(0o755)
        self.have(LoadState="loaded", ActiveState="inactive", UnitFileState="disabled", MainPID="0")

    def have(self, **properties: str) -> None:
        """Set properties of the unit."""
        (self.state / "a.service").mkdir(exist_ok=True)
        for name, value in properties.items():
            (self.state / "a.service" / name).write_text(value, encoding="utf-8")

    def written(self, seconds: float) -> None:
        """Let the configuration be written so long after now."""
        moment = self.config.stat().st_ctime + seconds
        os.utime(self.config, (moment, moment))

    def calls(self) -> list[str]:
        """Return the verbs that were called since, without show."""
        log = self.state / "calls"
        verbs = log.read_text(encoding="utf-8").split() if log.exists() else []
        log.write_text("", encoding="utf-8")
        return [verb for verb in verbs if verb != "show"]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    return made


def _run(machine: Machine, capfd: pytest.CaptureFixture[str], **options: Any) -> dict[str, Any]:
    given = {"name": "a.service", "restart_after": [str(machine.config)]} | options
    return run_module(unit.main, capfd, **given)


def test_check_real_check_real(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    machine.written(-3600 * 24 * 365 * 20)
    told = [_run(machine, capfd, check=check) for check in (True, False, True, False)]
    assert [each["changed"] for each in told] == [True, True, False, False]
    assert [each["actions"] for each in told] == [["enable", "start"], ["enable", "start"], [], []]
    assert machine.calls() == ["enable", "start"]
    assert told[0]["diff"] == told[1]["diff"]
    assert told[1]["diff"]["after"]["active"] == "active"


def test_a_file_that_is_newer_than_the_process_restarts_it_though_this_run_wrote_nothing(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.have(ActiveState="active", UnitFileState="enabled", MainPID=str(os.getpid()))
    machine.written(+60)
    result = _run(machine, capfd)
    assert (result["changed"], result["actions"], result["stale"]) == (True, ["restart"], [str(machine.config)])
    assert machine.calls() == ["restart"]


def test_a_unit_whose_file_changed_is_read_anew_first(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    machine.have(ActiveState="active", UnitFileState="enabled", MainPID=str(os.getpid()), NeedDaemonReload="yes")
    machine.written(+60)
    assert _run(machine, capfd)["actions"] == ["daemon-reload", "restart"]
    assert machine.calls() == ["daemon-reload", "restart"]


def test_a_unit_that_need_not_start_at_boot_is_not_enabled(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    result = _run(machine, capfd, enabled=False)
    assert (result["actions"], result["diff"]["after"]["enabled"]) == (["start"], "disabled")


def test_a_unit_that_is_not_there_is_refused_but_in_check_mode(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _run(machine, capfd, name="b.service")["msg"] == "there is no unit b.service"
    assert _run(machine, capfd, name="b.service", check=True)["actions"] == ["enable", "start"]
    assert machine.calls() == []


def test_the_documentation_names_every_option_and_result(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    result = _run(machine, capfd)
    assert set(yaml.safe_load(unit.RETURN)) == set(result) - {"changed", "diff"}
    documented = yaml.safe_load(unit.DOCUMENTATION)["options"]
    assert set(documented) == {"name", "enabled", "restart_after"}
    (example,) = yaml.safe_load(unit.EXAMPLES)
    assert set(example["holdfast.host.unit"]) <= set(documented)
    assert json.dumps(result)

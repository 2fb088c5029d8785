# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The log of requests on a live host against the plan."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.verify import access_log
from tests.unit.plugins.module_utils.verify.lists import LOG, LOG_SEEN

WANTED: dict[str, Any] = LOG | {"bytes": 1000, "rotate_bytes": 100}
WELL: dict[str, Any] = LOG_SEEN | {"settings": WANTED, "bytes": 1100, "oldest_days": 366.5, "cut_days": 400.0}
SHOWN = "ActiveState=active\nUnitFileState=enabled\n\nActiveState=inactive\nResult=success\n"


def told(**changes: Any) -> list[str]:
    found = access_log.differences({"access_log": WANTED}, {"access_log": WELL | changes})
    return [f"{each.level} {each.path}" for each in found]


def test_a_host_that_holds_its_plan_has_no_finding() -> None:
    assert told() == []
    assert list(access_log.differences({"access_log": None}, {"access_log": {}})) == []


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"settings": WANTED | {"keep_days": 90}}, "error access_log.settings"),
        ({"settings": {}}, "error access_log.settings"),
        ({"current": False}, "error access_log.access.log"),
        ({"bytes": 1300}, "error access_log.bytes"),
        ({"oldest_days": 368.0}, "error access_log.keep_days"),
        ({"cut_days": 12.0}, "warning access_log.keep_days"),
    ],
)
def test_a_difference_is_a_finding(changes: dict[str, Any], finding: str) -> None:
    assert told(**changes) == [finding]


@pytest.mark.parametrize("state", [{"ActiveState": "inactive"}, {"UnitFileState": "disabled"}])
def test_a_timer_that_rests_is_a_finding(state: dict[str, str]) -> None:
    timer = {"holdfast-access-log.timer": WELL["units"]["holdfast-access-log.timer"] | state}
    assert told(units=WELL["units"] | timer) == ["error access_log.holdfast-access-log.timer"]


def test_a_run_that_failed_is_a_finding() -> None:
    service = {"holdfast-access-log.service": {"Result": "exit-code"}}
    assert told(units=WELL["units"] | service) == ["error access_log.holdfast-access-log.service"]


def test_the_host_is_read(tmp_path: Path) -> None:
    (tmp_path / "edge").mkdir()
    (tmp_path / "edge/access.log").write_text("a line\n")
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - 3 * 86_400))
    (tmp_path / f"edge/access-{stamp}.log.gz").write_bytes(b"x" * 10)
    config, state = tmp_path / "config.json", tmp_path / "state.json"
    wanted = WANTED | {"directory": str(tmp_path / "edge")}
    config.write_text(json.dumps(wanted))
    state.write_text(json.dumps({"cut_until": time.time() - 86_400}))

    def run(_command: Sequence[str], _given: str) -> Result:
        return Result(status=0, out=SHOWN)

    seen = access_log.observe({"access_log": wanted}, run, config, state)
    assert (seen["settings"], seen["current"], seen["bytes"]) == (wanted, True, 17)
    assert (round(seen["oldest_days"]), round(seen["cut_days"])) == (3, 1)
    assert list(access_log.differences({"access_log": wanted}, {"access_log": seen | {"cut_days": None}})) == []


def test_a_bare_host_is_read_too(tmp_path: Path) -> None:
    wanted = WANTED | {"directory": str(tmp_path / "none")}
    absent = tmp_path / "absent.json"
    seen = access_log.observe({"access_log": wanted}, lambda *_: Result(status=1), absent, absent)
    assert (seen["current"], seen["units"], seen["settings"]) == (False, {}, {})
    assert access_log.observe({"access_log": None}) == {}

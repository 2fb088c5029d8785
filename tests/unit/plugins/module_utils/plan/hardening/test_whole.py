# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""All concerns together: each has its switch, its reasons and its template, and none writes another's file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import whole
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Concern
from tests.planning import measured, wish

ROOT = Path(__file__).resolve().parents[6]
TEMPLATES = ROOT / "roles/hardening/templates"
NOT_OF_ROWS = {"/etc/ssh/sshd_config.d/00-holdfast.conf"}


def part(**switches: Any) -> dict[str, Any]:
    return whole.part(wish(hardening=switches).stack, measured(programs=["usb"]))


def test_it_is_json() -> None:
    shown = part()
    assert json.loads(json.dumps(shown)) == shown
    assert shown["concerns"] == list(whole.CONCERNS)


def test_every_file_of_rows_has_its_template_and_no_template_is_idle() -> None:
    there = {"/" + str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file()}
    assert there - NOT_OF_ROWS == part()["files"].keys()


def test_everything_has_a_reason() -> None:
    shown = part()
    rows = [row for each in (*shown["files"].values(), *(a["rows"] for a in shown["assigned"])) for row in each]
    rows += [*shown["packages"], *shown["texts"], *shown["modes"], *shown["units"]]
    assert len(rows) > 100
    assert not [row for row in rows if not row["reason"]]


def test_what_an_owner_may_set_otherwise_is_no_difference() -> None:
    shown = part()
    kept = {each["path"] for each in shown["assigned"] if each["keep"]}
    assert kept == {"/etc/fstab"}
    wanted = whole.expected(shown)
    asked = {each["path"] for each in shown["assigned"]}
    assert asked - (wanted["files"].keys() | wanted["optional"].keys()) == kept


def test_a_file_that_not_every_system_has_may_lack() -> None:
    wanted = whole.expected(part())
    assert wanted["optional"].keys() == {"/etc/systemd/journald.conf", "/etc/security/limits.d/10-coredump-debian.conf"}
    assert "/etc/security/pwquality.conf" in wanted["files"]


@pytest.mark.parametrize("name", whole.CONCERNS)
def test_a_concern_can_be_left_to_somebody_else(name: str) -> None:
    every, less = part(), part(**{name: False})
    assert name not in less["concerns"]
    assert json.dumps(less) != json.dumps({**every, "concerns": less["concerns"]})


def test_nothing_is_asked_where_all_is_left() -> None:
    shown = part(sshd=False, **dict.fromkeys(whole.CONCERNS, False))
    assert {name for name, each in shown.items() if each} == {"left"}


def test_what_is_left_ends_where_it_is_ours_and_is_read_anew_where_it_is_the_vendors() -> None:
    assert part()["left"] == []
    left = {each["name"]: each["state"] for each in part(**dict.fromkeys(whole.CONCERNS, False))["left"]}
    ours = {
        "holdfast-mounts.service",
        "holdfast-aide-init.service",
        "dailyaidecheck.timer",
        "holdfast-groups.service",
        "holdfast-modes.service",
        "holdfast-modes.path",
    }
    assert {name for name, state in left.items() if state == "gone"} == ours
    assert left["systemd-journald.service"] == left["fail2ban.service"] == left["auditd.service"] == "left"
    assert {each["name"] for each in part()["units"]} == left.keys()


def test_units_are_left_by_their_concern_alone() -> None:
    assert [each["name"] for each in part(bans=False)["left"]] == ["fail2ban.service"]


def test_two_concerns_never_write_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    files = whole.CONCERNS["banners"]
    assert isinstance(files, Concern)
    monkeypatch.setattr(whole, "CONCERNS", {**whole.CONCERNS, "mounts": files})
    with pytest.raises(ValueError, match=r"two concerns write /etc/issue"):
        part()


@pytest.mark.parametrize(("keep", "days"), [(None, 90), (365 * 86400.0, 365), (60.0, 1)])
def test_logs_are_kept_as_declared(keep: float | None, days: int) -> None:
    logs = {} if keep is None else {"keep": f"{keep:.0f}s"}
    assert whole.around(wish(logs=logs).stack, measured()).keep_days == days


def test_what_verify_must_find_has_no_reasons() -> None:
    wanted = whole.expected(part())
    assert "reason" not in json.dumps(wanted)
    assert wanted["files"]["/etc/login.defs"]
    assert wanted["modes"]["/etc/shadow"] == {"mode": "0640", "owner": "root", "group": "shadow"}

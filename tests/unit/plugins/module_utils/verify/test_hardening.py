# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The concerns of a hardened machine, as they are found."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR, WARNING
from ansible_collections.holdfast.host.plugins.module_utils.verify import hardening

EXPECT: dict[str, Any] = {
    "packages": ["auditd"],
    "files": {"/a.conf": [["deny", "4"], ["use_pty", ""]]},
    "optional": {"/v.conf": [["* hard core", "0"]], "/not-here.conf": [["Storage", "persistent"]]},
    "texts": {"/issue": "keep out\n"},
    "modes": {"/shadow": {"mode": "0640", "owner": "root", "group": "shadow"}},
    "units": [
        {"name": "auditd.service", "background": False, "kernel": "the audit"},
        {"name": "f.service", "background": False, "kernel": ""},
    ],
    "contains": {"/common": ["pam_faillock.so"]},
}
SEEN: dict[str, Any] = {
    "container": False,
    "packages": ["auditd", "sudo"],
    "texts": {
        "/a.conf": "# why\ndeny = 4\nDefaults use_pty\n",
        "/v.conf": "*  hard\tcore   0\n",
        "/not-here.conf": None,
        "/issue": "keep out\n",
        "/common": "a pam_faillock.so\n",
    },
    "modes": {"/shadow": {"mode": "0640", "owner": "root", "group": "shadow"}},
    "units": {"auditd.service": {"ActiveState": "active"}, "f.service": {"ActiveState": "active"}},
    "without_password": [],
}


def found(*change: Any) -> list[tuple[str, str]]:
    seen = copy.deepcopy(SEEN)
    if change:
        *keys, last, value = change
        place = seen
        for key in keys:
            place = place[key]
        place[last] = value
    return [(each.path, each.level) for each in hardening.differences({"hardening": EXPECT}, {"hardening": seen})]


def test_what_is_as_planned_is_no_finding() -> None:
    assert not found()


@pytest.mark.parametrize(
    ("change", "path", "level"),
    [
        (("packages", []), "packages", ERROR),
        (("texts", "/a.conf", None), "/a.conf", ERROR),
        (("texts", "/a.conf", "deny = 5\nuse_pty\n"), "/a.conf", ERROR),
        (("texts", "/a.conf", "# deny = 4\nuse_pty\n"), "/a.conf", ERROR),
        (("texts", "/v.conf", "* hard core infinity\n"), "/v.conf", ERROR),
        (("texts", "/issue", "welcome\n"), "/issue", ERROR),
        (("texts", "/common", "# pam_faillock.so\n"), "/common", ERROR),
        (("modes", "/shadow", {"mode": "0644", "owner": "root", "group": "shadow"}), "/shadow", ERROR),
        (("units", "f.service", "ActiveState", "failed"), "units.f.service", ERROR),
        (("units", "f.service", {}), "units.f.service", ERROR),
        (("units", "auditd.service", "ActiveState", "inactive"), "units.auditd.service", ERROR),
        (("without_password", ["guest"]), "/etc/shadow", ERROR),
    ],
)
def test_a_difference_is_found(change: tuple[Any, ...], path: str, level: str) -> None:
    assert found(*change) == [(path, level)]


def test_what_a_container_cannot_hold_is_told() -> None:
    seen = copy.deepcopy(SEEN) | {"container": True}
    seen["units"]["auditd.service"]["ActiveState"] = "inactive"
    told = list(hardening.differences({"hardening": EXPECT}, {"hardening": seen}))
    assert [(each.path, each.level) for each in told] == [("units.auditd.service", WARNING)]
    assert "the audit" in told[0].rule


def test_an_owners_own_line_may_write_the_name_in_another_case() -> None:
    assert not found("texts", "/a.conf", "Deny=4\nDefaults USE_PTY\n")


def test_what_the_vendor_does_not_bring_needs_no_mode() -> None:
    assert not found("modes", "/shadow", None)


def test_an_account_without_anything_is_seen() -> None:
    assert hardening.without_password("root:*:1:\nguest::1:\nops:!:1:\n") == ["guest"]


def test_the_machine_is_read(tmp_path: Path) -> None:
    file = tmp_path / "x.conf"
    file.write_text("deny = 4\n", encoding="utf-8")
    file.chmod(0o600)
    asked = []

    def run(command: Any, _given: str) -> Result:
        asked.append(command[0])
        shown = "ActiveState=active\nId=a\n\nActiveState=inactive\nId=b\n"
        return Result(status=0, out="sudo installed\n" if command[0] == "dpkg-query" else shown)

    wanted = {
        "files": {str(file): []},
        "optional": {},
        "texts": {},
        "contains": {str(tmp_path / "none"): []},
        "modes": {str(file): {}},
    }
    expect = {"hardening": wanted | {"units": [{"name": "a"}, {"name": "b"}], "packages": []}}
    seen = hardening.observe(expect, run)
    assert seen["texts"] == {str(file): "deny = 4\n", str(tmp_path / "none"): None}
    assert seen["packages"] == ["sudo"]
    assert {name: each["ActiveState"] for name, each in seen["units"].items()} == {"a": "active", "b": "inactive"}
    assert seen["modes"][str(file)]["mode"] == "0600"


def test_a_plan_without_concerns_is_not_asked_for() -> None:
    assert hardening.observe({}) == {}
    assert not list(hardening.differences({}, {}))

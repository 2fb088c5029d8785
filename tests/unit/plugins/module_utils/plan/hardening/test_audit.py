# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The rules of the audit and the bounds of its log."""

from __future__ import annotations

import re

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import audit
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around


def lines(machine: str) -> list[str]:
    return [f"{name} {value}".strip() for name, value, _ in audit.rules(machine)]


LINES = lines("x86_64")


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_rules_have_a_form_that_auditctl_reads(machine: str) -> None:
    watch = re.compile(r"-w /\S+ -p wa -k [\w-]+")
    call = re.compile(r"-a always,exit -F (arch=b(64|32)|path=/\S+) (-S \S+ |-F perm=x )?(-F \S+ )*-k [\w-]+")
    own = re.compile(r"-(i|b 8192|f 1|e 1)")
    found = lines(machine)
    assert not [line for line in found if not any(form.fullmatch(line) for form in (watch, call, own))]
    assert len(found) == len(set(found))


def test_a_machine_is_asked_for_no_call_that_it_lacks() -> None:
    arm = dict(zip(("b64", "b32"), (line for line in lines("aarch64") if "-k delete" in line), strict=True))
    assert "-S unlinkat,renameat,renameat2 " in arm["b64"]
    assert "-S unlink,unlinkat,rename,renameat,renameat2 " in arm["b32"]
    assert sum("-S unlink,unlinkat,rename,renameat,renameat2 " in line for line in LINES) == 2


def test_both_machines_watch_the_same() -> None:
    arm = lines("aarch64")
    assert [re.sub(r"-S \S+", "", line) for line in arm] == [re.sub(r"-S \S+", "", line) for line in LINES]
    gone = {call for ours, theirs in zip(LINES, arm, strict=True) for call in named(ours) - named(theirs)}
    assert gone == audit.LACKING["aarch64", "b64"]


def named(line: str) -> set[str]:
    found = re.search(r"-S (\S+)", line)
    return set(found[1].split(",")) if found else set()


def test_the_host_s_machine_decides() -> None:
    for machine in ("x86_64", "aarch64"):
        rows = audit.concern(Around(os_id="debian", arch=machine)).files[audit.RULES]
        assert rows == audit.rules(machine)


def test_the_last_rule_switches_on_and_locks_nothing() -> None:
    assert LINES[-1] == "-e 1"


def test_a_container_is_told_of_and_left_alone() -> None:
    concern = audit.concern(Around(os_id="debian", container=True))
    assert (concern.packages, concern.files, concern.assigned, list(concern.units)) == ({}, {}, {}, ["auditd.service"])


def test_every_key_has_its_reason() -> None:
    assert audit.WATCHED.keys() | audit.CALLS.keys() == audit.REASONS.keys()


@pytest.mark.parametrize(("days", "files"), [(30, "8"), (90, "8"), (365, "33"), (3650, "99")])
def test_a_longer_time_has_more_files_within_what_auditd_takes(days: int, files: str) -> None:
    config = audit.concern(Around(os_id="debian", keep_days=days)).assigned[audit.CONFIG]
    values = {name: value for name, value, _ in config.rows}
    assert values["num_logs"] == files
    assert "HALT" not in {value.upper() for value in values.values()}

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The rules of the audit and the bounds of its log."""

from __future__ import annotations

import re

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import audit
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around

LINES = [f"{name} {value}".strip() for name, value, _ in audit.rules()]


def test_rules_have_a_form_that_auditctl_reads() -> None:
    watch = re.compile(r"-w /\S+ -p wa -k [\w-]+")
    call = re.compile(r"-a always,exit -F (arch=b(64|32)|path=/\S+) (-S \S+ |-F perm=x )?(-F \S+ )*-k [\w-]+")
    own = re.compile(r"-(i|b 8192|f 1|e 1)")
    assert not [line for line in LINES if not any(form.fullmatch(line) for form in (watch, call, own))]
    assert len(LINES) == len(set(LINES))


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

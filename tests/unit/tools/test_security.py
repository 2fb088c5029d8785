# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The page about security says what the data says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import whole
from tools import security

CELL = {
    "date": "2026-11-26T00:00:00+00:00",
    "lynis": 85,
    "cis_pass": 99,
    "cis_percent": 99.0,
    "cis_fail": ["odd"],
    "cis_waived": [],
    "cis_not_applicable": 7,
    "lynis_given": 85,
    "lynis_most": 100,
    "lynis_lost": {"USB-3000": 8, "NEW-1": 2, "NONE-1": 0},
    "ssh_fail": 0,
    "ssh_warn": 0,
}


def test_every_concern_has_its_part(tmp_path: Path) -> None:
    text = security.page(tmp_path)
    assert not [name for name in whole.CONCERNS if f"## {name}: " not in text]
    assert "Not measured yet" in text
    assert "| package `auditd` | installed |" in text


def test_lock_outs_are_told_where_they_were_counted(tmp_path: Path) -> None:
    assert "locked out" not in security.page(tmp_path).lower()
    found = {
        "date": "2026-11-28T00:00:00+00:00", "seed": 5, "trials": 20, "passed": 19, "slowest": 31.25, "sshd": 12,
        "nftables": 8, "killed": 6, "power": 4, "limit_seconds": 30,
    }  # fmt: skip
    (tmp_path / "docs/bench").mkdir(parents=True)
    report = {"name": "lockout", "cells": {"guarded": found}}
    (tmp_path / "docs/bench/lockout.json").write_text(json.dumps(report), encoding="utf-8")
    text = security.page(tmp_path)
    assert "LOCKOUTS=20 SEED=5`: bad changes at random, 12 of sshd and 8 of nftables" in text
    assert "worked within 30 s in 19 of 20; the slowest was shut for 31.2 s" in text


EDGE = {
    "date": "2026-11-26T00:00:00+00:00",
    "counts": {"OK": 50, "INFO": 100, "CRITICAL": 1, "MEDIUM": 1},
    "above_low": {"cert_chain_of_trust": "CRITICAL: failed (self signed).", "odd": "MEDIUM: something"},
    "waived": ["cert_chain_of_trust"],
}


def page(directory: Path, **cells: Any) -> str:
    """Return the page with what the judges said."""
    (directory / "docs/bench").mkdir(parents=True)
    report = {"profile": "CIS", "cells": cells}
    (directory / "docs/bench/security.json").write_text(json.dumps(report), encoding="utf-8")
    return security.page(directory)


def test_what_was_found_at_the_edge_is_shown_also_alone(tmp_path: Path) -> None:
    text = page(tmp_path, edge=EDGE)
    assert "1 CRITICAL, 100 INFO, 1 MEDIUM, 50 OK." in text
    assert "| odd | MEDIUM: something | open |" in text
    assert "The hosts are not measured yet" in text


def test_what_was_measured_is_shown_with_what_is_open(tmp_path: Path) -> None:
    text = page(tmp_path, holdfast=CELL)
    assert "nothing waives: odd." in text
    assert "| NEW-1 | 2 | open |" in text
    assert "NONE-1" not in text
    assert "gave 85 of 100 points" in text
    assert "It took 8 for what no host of the lab can hold" in text
    assert "And 2 for what is done otherwise:" in text
    assert text.index("| USB-3000 | 8 |") < text.index("| NEW-1 | 2 |")


def test_a_kernel_of_its_own_is_no_excuse(tmp_path: Path) -> None:
    text = page(tmp_path, holdfast=CELL, **{security.OWN_OURS: CELL | {"lynis_most": 97}})
    own = text[text.index("There Lynis gave 85 of 97 points to ours") :]
    assert "measured 2026-11-26 by `make bench-security KERNEL=own`" in text
    assert "| USB-3000 | 8 | open |" in own
    assert "Rules that fail there and that nothing waives: odd." in own
    assert "Asked again" not in own


def test_what_was_asked_again_and_when_is_told(tmp_path: Path) -> None:
    stock = CELL | {"date": "2026-11-25T00:00:00+00:00"}
    again = CELL | {"asked_again": ["odd", "NEW-1"]}
    text = page(tmp_path, holdfast=CELL, **{"stock, own kernel": stock, security.OWN_OURS: again})
    assert "measured 2026-11-25 and 2026-11-26 by `make bench-security KERNEL=own`" in text
    assert "Asked again by itself, after a value had changed since: odd, NEW-1. All else" in text

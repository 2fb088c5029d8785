# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What testssl.sh says of an edge, read."""

from __future__ import annotations

import json

import pytest

from tests.bench.security import edge, waivers
from tests.bench.security.__main__ import open_rules

FINE = [{"id": f"check_{number}", "severity": "OK", "finding": "fine"} for number in range(120)]
SELF_SIGNED = {"id": "cert_chain_of_trust", "severity": "CRITICAL", "finding": "failed (self signed)."}


@pytest.mark.parametrize("severity", ["MEDIUM", "HIGH", "CRITICAL", "FATAL", "WARN"])
def test_what_is_above_low_is_open(severity: str) -> None:
    found = edge.cell(
        json.dumps([*FINE, SELF_SIGNED, {"id": "odd", "severity": severity, "finding": "x"}]), waivers.TLS
    )
    assert edge.still_open(found) == ["odd"]
    assert open_rules({"edge": found}) == ["odd"]
    assert found["waived"] == ["cert_chain_of_trust"]
    assert found["counts"]["OK"] == 120


def test_low_and_information_are_told_alone() -> None:
    found = edge.cell(json.dumps([*FINE, {"id": "a", "severity": "LOW", "finding": "x"}]), waivers.TLS)
    assert (found["above_low"], edge.still_open(found)) == ({}, [])


def test_a_run_that_was_cut_short_is_no_verdict() -> None:
    with pytest.raises(ValueError, match="answered 1 questions"):
        edge.cell(json.dumps([SELF_SIGNED]), waivers.TLS)


def test_every_waiver_has_a_reason() -> None:
    assert all(len(why.split()) > 4 for why in waivers.TLS.values())


def test_the_judge_asks_the_host_itself() -> None:
    assert "--ip 127.0.0.1" in edge.command("www.example.org")
    assert edge.command("www.example.org").endswith(f"cat {edge.FILE}")

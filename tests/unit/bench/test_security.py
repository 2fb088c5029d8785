# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the judges of security print, read."""

from __future__ import annotations

import pytest

from tests.bench.security import judge, waivers
from tests.bench.security.__main__ import OWN_KERNEL, beyond, open_rules, rows
from tests.bench.security.hosts import host

# The second rule as it reads where a carriage return has become the end of a line.
OSCAP = (
    "Rule\r\txccdf_org.ssgproject.content_rule_file_permissions_etc_shadow\nResult\r\tpass\n\n"
    "Rule\n\txccdf_org.ssgproject.content_rule_aide_periodic_checking_systemd_timer\nResult\n\tfail\n\n"
    "Rule\txccdf_org.ssgproject.content_rule_odd\nResult\tfail\n\n"
    "Rule\txccdf_org.ssgproject.content_rule_stumbled\nResult\terror\n\n"
    "Rule\txccdf_org.ssgproject.content_rule_grub2_password\nResult\tnotapplicable\n"
)
LOG = """
2026 Performing test ID USB-3000 (x)
2026 Hardening: assigned partial number of hardening points (0 of 8). Currently having 0 points (out of 8)
2026 Performing test ID SSH-7408 (y)
2026 Hardening: assigned partial number of hardening points (1 of 3). Currently having 1 points (out of 11)
2026 Hardening: assigned maximum number of hardening points for this item (3). Currently having 4 points (out of 14)
2026 Hardening: assigned partial number of hardening points (0 of 3). Currently having 4 points (out of 17)
2026 Performing test ID FIRE-4508 (counted in a subshell, twice the same)
2026 Hardening: assigned partial number of hardening points (1 of 3). Currently having 5 points (out of 20)
2026 Hardening: assigned partial number of hardening points (1 of 3). Currently having 5 points (out of 20)
2026 Performing test ID KRNL-6000 (z)
2026 Result: sysctl key kernel.odd has a different value than expected in scan profile. Expected=2, Real=0
2026 Hardening: assigned partial number of hardening points (0 of 1). Currently having 4 points (out of 18)
2026 Result: sysctl key net.ipv4.conf.all.forwarding has a different value than expected. Expected=0, Real=1
2026 Hardening: assigned partial number of hardening points (0 of 1). Currently having 4 points (out of 19)
"""
SAID = {
    "oscap": OSCAP,
    "lynis.report": "a=b\nhardening_index=87\n",
    "lynis.log": LOG,
    "ssh-audit": "(kex) x -- [warn] y\n(kex) z -- [info] q\n",
}


def test_the_figures_of_a_host() -> None:
    found = judge.cell(SAID, waivers.CIS)
    assert found["cis_fail"] == ["aide_periodic_checking_systemd_timer", "odd", "stumbled"]
    assert found["cis_waived"] == ["aide_periodic_checking_systemd_timer"]
    assert (found["cis_pass"], found["cis_percent"], found["cis_not_applicable"]) == (1, 25.0, 1)
    assert found["lynis"] == 87
    assert (found["lynis_given"], found["lynis_most"]) == (4, 19)
    assert found["lynis_lost"] == {
        "USB-3000": 8,
        "SSH-7408": 5,
        "KRNL-6000 kernel.odd": 1,
        "KRNL-6000 net.ipv4.conf.all.forwarding": 1,
    }
    assert sum(found["lynis_lost"].values()) == 19 - 4
    assert (found["ssh_fail"], found["ssh_warn"]) == (0, 1)


@pytest.mark.parametrize(
    ("name", "lab", "why"),
    [
        ("USB-3000", True, "no USB bus"),
        ("KRNL-6000 kernel.odd", True, "the whole machine's"),
        ("KRNL-6000 net.ipv4.conf.all.forwarding", False, "forwarding"),
        ("SSH-7408", False, "a controller opens them"),
        ("NEW-1", False, "open"),
    ],
)
def test_why_points_were_not_given(name: str, lab: bool, why: str) -> None:
    assert why in waivers.not_given(name)
    assert bool(waivers.beyond_the_lab(name)) is lab


def test_what_the_lab_cannot_hold_is_told_with_its_sum() -> None:
    body = beyond({"holdfast": judge.cell(SAID, waivers.CIS), "edge": {}})[1:]
    assert [row[:2] for row in body] == [["USB-3000", 8], ["KRNL-6000 kernel.odd", 1], ["in all", 9]]
    assert beyond({})[1:] == [["in all", 0, ""]]


def test_a_log_without_points_is_none() -> None:
    with pytest.raises(ValueError, match="no points"):
        judge.points("Performing test ID USB-3000 (x)\n")


def test_the_table() -> None:
    head, body = rows({"stock": judge.cell(SAID, waivers.CIS)})
    assert len(head) == len(body)
    assert body == ["stock", 87, "1 (25.0 %)", 3, 1, "0, 1"]


def test_a_report_without_an_index_is_none() -> None:
    with pytest.raises(ValueError, match="no hardening index"):
        judge.hardening_index("")


def test_what_fails_on_a_kernel_of_its_own_is_told_without_an_edge() -> None:
    assert open_rules({"holdfast, own kernel": judge.cell(SAID, waivers.CIS)}) == ["odd", "stumbled"]


def test_machines_and_containers_are_found_by_name() -> None:
    assert {host(name).image for name in OWN_KERNEL.values()} == {"vm"}
    assert host("hardened").image == "host"

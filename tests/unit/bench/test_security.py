# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the judges of security print, read."""

from __future__ import annotations

import pytest

from tests.bench.security import judge, waivers
from tests.bench.security.__main__ import rows

# The second rule as it reads where a carriage return has become the end of a line.
OSCAP = (
    "Rule\r\txccdf_org.ssgproject.content_rule_file_permissions_etc_shadow\nResult\r\tpass\n\n"
    "Rule\n\txccdf_org.ssgproject.content_rule_use_pam_wheel_group_for_su\nResult\n\tfail\n\n"
    "Rule\txccdf_org.ssgproject.content_rule_odd\nResult\tfail\n\n"
    "Rule\txccdf_org.ssgproject.content_rule_grub2_password\nResult\tnotapplicable\n"
)
LOG = """
2026 Performing test ID USB-3000 (x)
2026 Hardening: assigned partial number of hardening points (0 of 8). Currently
2026 Performing test ID SSH-7408 (y)
2026 Hardening: assigned partial number of hardening points (1 of 3). Currently
2026 Hardening: assigned maximum number of hardening points for this item (3). Currently
2026 Hardening: assigned partial number of hardening points (0 of 3). Currently
"""
SAID = {
    "oscap": OSCAP,
    "lynis.report": "a=b\nhardening_index=87\n",
    "lynis.log": LOG,
    "ssh-audit": "(kex) x -- [warn] y\n(kex) z -- [info] q\n",
}


def test_the_figures_of_a_host() -> None:
    found = judge.cell(SAID, waivers.CIS)
    assert found["cis_fail"] == ["odd", "use_pam_wheel_group_for_su"]
    assert found["cis_waived"] == ["use_pam_wheel_group_for_su"]
    assert (found["cis_pass"], found["cis_percent"], found["cis_not_applicable"]) == (1, 33.3, 1)
    assert found["lynis"] == 87
    assert found["lynis_lost"] == {"USB-3000": 8, "SSH-7408": 5}
    assert (found["ssh_fail"], found["ssh_warn"]) == (0, 1)


def test_the_table() -> None:
    head, body = rows({"stock": judge.cell(SAID, waivers.CIS)})
    assert len(head) == len(body)
    assert body == ["stock", 87, "1 (33.3 %)", 2, 1, "0, 1"]


def test_a_report_without_an_index_is_none() -> None:
    with pytest.raises(ValueError, match="no hardening index"):
        judge.hardening_index("")

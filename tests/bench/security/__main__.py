# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Let Lynis, OpenSCAP and ssh-audit judge a stock host of the lab and one of ours, and testssl.sh the edge of ours.

usage: python -m tests.bench.security [--as-is] [--edge HOST | --own-kernel]      (``make bench-security``)

The judges are installed on the lab's hosts alone. Writes build/bench/security.json and docs/bench/security.json. With
``--as-is`` the hosts are judged as they stand, instead of being made anew; with ``--edge`` only the edge of a host that
stands is judged, and the other figures stay. ``--own-kernel`` judges two virtual machines in place of the containers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from tests.bench import results
from tests.bench.security import edge
from tests.bench.security.hosts import OURS, OWN_OURS, OWN_STOCK, STOCK, make, make_machines, on
from tests.bench.security.judge import cell
from tests.bench.security.waivers import CIS, TLS, beyond_the_lab

# The cells of the machines that have a kernel of their own.
OWN_KERNEL = {"stock, own kernel": OWN_STOCK, "holdfast, own kernel": OWN_OURS}
# The cell of testssl.sh's figures.
EDGE = "edge"
PROFILE = "xccdf_org.ssgproject.content_profile_cis_level1_server"
CONTENT = "/usr/share/xml/scap/ssg/content/ssg-debian13-ds.xml"
# The rules for this system are in the next release's package alone; nothing else is taken from there.
INSTALL = """set -e
export DEBIAN_FRONTEND=noninteractive
[ -e {content} ] && command -v ssh-audit >/dev/null && exit 0
cd /etc/apt
sed -n '/ trixie main/s/trixie/forky/p' sources.list | head -n 1 > sources.list.d/judges.list
printf 'Package: *\\nPin: release n=forky\\nPin-Priority: 100\\n' > preferences.d/judges
apt-get -q -o Acquire::Check-Valid-Until=false update
apt-get -q -y --no-install-recommends install lynis openscap-scanner ssh-audit
apt-get -q -y --no-install-recommends -t forky install ssg-debian
rm sources.list.d/judges.list preferences.d/judges
"""
ASK = {
    "oscap": f"oscap xccdf eval --profile {PROFILE} {CONTENT}",
    "lynis.report": "lynis audit system --quick --no-colors --quiet >/dev/null 2>&1; cat /var/log/lynis-report.dat",
    "lynis.log": "cat /var/log/lynis.log",
    "ssh-audit": "ssh-audit --no-colors --skip-rate-test 127.0.0.1",
}
TESTSSL = """set -e
command -v testssl >/dev/null && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y --no-install-recommends install testssl.sh
"""
# A public name of that stack.
SITE = "www.example.org"
# oscap exits with 2 where a rule fails, ssh-audit with 2 and 3 for warnings and failures.
JUDGED = (0, 2, 3)


def judge(name: str) -> dict[str, Any]:
    """Install the judges on a host and return its figures."""
    on(name, INSTALL.format(content=CONTENT))
    return cell({what: on(name, words, JUDGED) for what, words in ASK.items()}, CIS)


def judge_edge(name: str) -> dict[str, Any]:
    """Install testssl.sh on a host and return what it says of the host's edge."""
    on(name, TESTSSL)
    return edge.cell(on(name, edge.command(SITE)), TLS)


def rows(cells: Mapping[str, Mapping[str, Any]]) -> list[list[object]]:
    """Return the table: a row a host."""
    head = ["host", "Lynis index", "CIS level 1: passed", "failed", "of these waived", "ssh-audit: failures, warnings"]
    body = [
        [
            name,
            each["lynis"],
            f"{each['cis_pass']} ({each['cis_percent']} %)",
            len(each["cis_fail"]),
            len(each["cis_waived"]),
            f"{each['ssh_fail']}, {each['ssh_warn']}",
        ]
        for name, each in cells.items()
        if name != EDGE
    ]
    return [head, *body]


def beyond(cells: Mapping[str, Mapping[str, Any]]) -> list[list[object]]:
    """Return the table of what Lynis takes for what the lab cannot hold, and the sum; no index counts it."""
    lost = cells.get("holdfast", {"lynis_lost": {}})["lynis_lost"]
    found = [[name, points, beyond_the_lab(name)] for name, points in lost.items() if points and beyond_the_lab(name)]
    return [["beyond the lab", "points", "why"], *found, ["in all", sum(row[1] for row in found), ""]]


def open_rules(cells: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return what our host and its edge fail and nothing waives."""
    none: dict[str, tuple[str, ...]] = {"cis_fail": (), "cis_waived": ()}
    ours = cells.get("holdfast") or cells.get("holdfast, own kernel", none)
    return [
        *sorted(set(ours["cis_fail"]) - set(ours["cis_waived"])),
        *(edge.still_open(cells[EDGE]) if EDGE in cells else ()),
    ]


def judged(edge_of: str, *, own_kernel: bool) -> dict[str, dict[str, Any]]:
    """Return the figures of both hosts and of the edge; of a named host's edge alone; of both virtual machines."""
    if edge_of:
        return {EDGE: judge_edge(edge_of)}
    if own_kernel:
        return {cell: judge(name) for cell, name in OWN_KERNEL.items()}
    return {"stock": judge(STOCK), "holdfast": judge(OURS), EDGE: judge_edge(OURS)}


def main() -> int:
    """Make, judge, keep, tell; the exit code is 1 where something is found that nothing waives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as-is", action="store_true")
    parser.add_argument("--edge", default="", metavar="HOST")
    parser.add_argument("--own-kernel", action="store_true")
    asked = parser.parse_args()
    if not asked.as_is and not asked.edge:
        (make_machines if asked.own_kernel else make)()
    cells = judged(asked.edge, own_kernel=asked.own_kernel)
    # Into what is published: a fresh clone has no other figures beside which these belong.
    report = results.keep("security", cells, {"profile": "CIS level 1 server, Debian 13"}, results.PUBLISHED)
    sys.stdout.write(results.table(rows(report["cells"])) + "\n")
    if EDGE in cells:
        sys.stdout.write(f"edge: {cells[EDGE]['counts']}, above LOW: {cells[EDGE]['above_low']}\n")
        sys.stdout.write(results.table(beyond(cells)) + "\n")
    found = open_rules(cells)
    for name in found:
        sys.stdout.write(f"not waived: {name}\n")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The clock: logs, certificates and one-time codes hang on it. Whoever keeps it already goes on doing so.

Sources: timesyncd.conf(5); CIS Debian Linux 13 Benchmark, 2.3.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around, Concern, Unit

PATH = "/etc/systemd/timesyncd.conf.d/60-holdfast.conf"
POOLS = {"ubuntu": "ntp.ubuntu.com", "debian": "0.debian.pool.ntp.org 1.debian.pool.ntp.org"}
FALLBACKS = {"ubuntu": "0.ubuntu.pool.ntp.org", "debian": "2.debian.pool.ntp.org 3.debian.pool.ntp.org"}
# Their packages and systemd-timesyncd exclude each other: to install one is to remove the other.
OTHERS = frozenset({"chrony", "ntp"})


def concern(around: Around) -> Concern:
    """Return the concern: systemd-timesyncd, and nothing where another one keeps the clock."""
    title = "the clock"
    if around.programs & OTHERS:
        return Concern(title=title)
    key = "ubuntu" if around.os_id == "ubuntu" else "debian"
    rows = (
        ("NTP", POOLS[key], "the distribution's own, beside what a cloud's DHCP names"),
        ("FallbackNTP", FALLBACKS[key], "where those do not answer"),
    )
    unit = Unit(reason="keeps the clock", reads=(PATH,), kernel="a clock of its own")
    return Concern(
        title=title,
        packages={"systemd-timesyncd": "the smallest program that keeps the clock"},
        files={PATH: rows},
        units={"systemd-timesyncd.service": unit},
    )

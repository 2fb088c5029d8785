# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Kernel modules that no server here needs: what cannot be loaded has no hole that can be used.

Sources: CIS Debian Linux 13 Benchmark, 1.1.1 and 3.2; Lynis NETW-3200, USB-1000, STRG-1846. Left alone, for containers
are made of them: overlay, br_netfilter, veth, nf_*.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around, Concern

PATH = "/etc/modprobe.d/60-holdfast.conf"
NEVER = "/bin/false"
REASONS = {
    "a filesystem that no disk of a server has": ("cramfs", "freevxfs", "hfs", "hfsplus", "jffs2", "udf"),
    "a protocol that nothing here speaks": ("dccp", "sctp", "rds", "tipc", "atm", "can"),
    "a bus by which a plugged in device reads memory": ("firewire-core", "firewire-ohci", "firewire-sbp2"),
    "a stick carries data in and out": ("usb-storage",),
}
# snapd mounts its packages with it.
SQUASHFS = ("squashfs", NEVER, "a filesystem that snapd alone needs, and it is not here")


def concern(around: Around) -> Concern:
    """Return the concern for a machine; what is declared as kept, and what a program there needs, stays."""
    rows = [(name, NEVER, why) for why, names in REASONS.items() for name in names]
    rows += [] if "snapd" in around.programs else [SQUASHFS]
    kept = tuple(row for row in rows if row[0] not in around.kept_modules)
    return Concern(title="kernel modules that stay out", files={PATH: kept})

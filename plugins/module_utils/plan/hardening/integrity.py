# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""AIDE and debsums: what changed of programs and configuration, once a day.

Sources: aide.conf(5) of 0.18 and 0.19; debsums(1); Lynis PKGS-7370. Left out is what changes by itself or is looked
after by verify: Docker's data, logs, and what the stack's roles write. The first list of files is made in the
background; a run does not wait for it.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.assigned import Format
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import (
    Assigned,
    Concern,
    Rows,
    Unit,
)

CONFIG, DATABASE = "/etc/aide/aide.conf", "/var/lib/aide/aide.db"
UNITS = "/etc/systemd/system"
# Mode, owner, links, size and content; times change with every update.
WHAT = "Watched"
LOOKED_AT: Rows = (
    (f"{WHAT} =", "p+u+g+n+s+sha512", "mode, owner, links, size, content"),
    ("/boot", WHAT, "what is started first"),
    ("/etc", WHAT, "what programs are told"),
    ("/root", WHAT, "root's keys"),
    ("/usr", WHAT, "programs and libraries"),
)
LEFT_OUT: Rows = (
    ("!/etc/holdfast", "", "verify looks after it"),
    ("!/etc/docker", "", "verify looks after it"),
    ("!/etc/mtab", "", "changes with every mount"),
    ("!/etc/resolv.conf", "", "changes with every lease"),
    ("!/root/\\.ansible", "", "a run's own files"),
    ("!/root/\\.bash_history", "", "grows with use"),
    ("!/usr/.*/__pycache__", "", "made by itself"),
)
CONCERN = Concern(
    title="what changed since it was last told",
    packages={
        "aide": "compares programs and configuration with a list",
        "debsums": "compares programs with what their packages brought: AIDE's list begins with what it finds",
    },
    files={
        CONFIG: (*LOOKED_AT, *LEFT_OUT),
        f"{UNITS}/holdfast-aide-init.service": (("ConditionPathExists", f"!{DATABASE}", "made once"),),
        f"{UNITS}/dailyaidecheck.service": (("ConditionPathExists", DATABASE, "there is something to compare with"),),
        f"{UNITS}/dailyaidecheck.timer": (("OnCalendar", "*-*-* 04:30:00", "at night"),),
    },
    assigned={
        "/etc/default/debsums": Assigned(
            format=Format(separator="="),
            rows=(("CRON_CHECK", "daily", "its own script compares; our timer runs it, for cron may lack"),),
        ),
    },
    units={
        "holdfast-aide-init.service": Unit(reason="makes the first list", background=True),
        "dailyaidecheck.timer": Unit(reason="compares daily", reads=(f"{UNITS}/dailyaidecheck.timer",)),
    },
)

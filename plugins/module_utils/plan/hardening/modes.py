# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who may read and write the system's own files; only mode and owner of what the vendor brings are ours.

Sources: CIS Debian Linux 13 Benchmark, 2.4 and 7.1; Lynis FILE-7524 and SCHD-7704.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Concern, Text

ROOT, SHADOW = "root:root", "root:shadow"
OTHERS = "accounts are everybody's to read and root's to write"
HASHES = "passwords' hashes are guessed at where they can be read"
TABLES = "what runs at a time may name secrets, and is root's to write"
CRON = ("cron.hourly", "cron.daily", "cron.weekly", "cron.monthly", "cron.yearly", "cron.d")
CONCERN = Concern(
    title="modes of the system's own files",
    texts={
        # crontab and at run as a group of their own; a list that they cannot read counts as none.
        path: Text(content="root\n", reason="nobody else plans commands", mode="0644")
        for path in ("/etc/cron.allow", "/etc/at.allow")
    },
    modes=(
        *((f"/etc/{name}{end}", "0644", ROOT, OTHERS) for name in ("passwd", "group") for end in ("", "-")),
        *((f"/etc/{name}{end}", "0640", SHADOW, HASHES) for name in ("shadow", "gshadow") for end in ("", "-")),
        ("/etc/security/opasswd", "0600", ROOT, "old passwords' hashes"),
        ("/etc/security/opasswd.old", "0600", ROOT, "old passwords' hashes"),
        ("/etc/shells", "0644", ROOT, OTHERS),
        ("/etc/crontab", "0600", ROOT, TABLES),
        *((f"/etc/{name}", "0700", ROOT, TABLES) for name in CRON),
        ("/etc/ssh/sshd_config", "0600", ROOT, "who gets in is nobody else's to know"),
        ("/etc/sudoers.d", "0750", ROOT, "who becomes root is nobody else's to know"),
        ("/boot/grub/grub.cfg", "0600", ROOT, "it may hold a password's hash"),
        ("/root", "0700", ROOT, "keys lie there"),
    ),
)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who may read and write the system's own files; only mode and owner of what the vendor brings are ours.

Sources: CIS Debian Linux 13 Benchmark, 2.4, 7.1 and 7.2; tmpfiles.d(5); Lynis FILE-7524 and SCHD-7704. What writes a
backup copies the mode of the original (shadow's commonio.c), so a unit sets it again.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import (
    Concern,
    Rows,
    Text,
    Unit,
)

ROOT, SHADOW = "root:root", "root:shadow"
OTHERS = "accounts are everybody's to read and root's to write"
HASHES = "passwords' hashes are guessed at where they can be read"
TABLES = "what runs at a time may name secrets, and is root's to write"
CRON = ("cron.hourly", "cron.daily", "cron.weekly", "cron.monthly", "cron.yearly", "cron.d")
# The benchmark's groups; with no mode at all they let nobody in.
BACKUPS = {"/etc/shadow-": "root:shadow", "/etc/gshadow-": "root:root"}
# What bash, sh, zsh and csh read, and what other programs keep passwords in. Each by its name: .ssh is a directory.
INIT_FILES = (
    ".bash_aliases", ".bash_login", ".bash_logout", ".bash_profile", ".bashrc", ".cshrc", ".login", ".profile",
    ".zlogin", ".zprofile", ".zshenv", ".zshrc",
)  # fmt: skip
SECRET_FILES = (".git-credentials", ".netrc", ".pgpass")
KEPT, UNITS = "/etc/tmpfiles.d/60-holdfast.conf", "/etc/systemd/system"
SERVICE, AGAIN, PATH = (f"{UNITS}/holdfast-modes{end}" for end in (".service", "-again.service", ".path"))
COPY = "an old copy is root's alone; what writes it gives it the mode of the original"
INIT = "what a shell reads may hold secrets, and is its owner's"
PRIVATE = "it holds passwords"
APPLY = ("ExecStart", f"/usr/bin/systemd-tmpfiles --create {KEPT}", "no link of a user's leads it elsewhere")
HELD: Rows = (
    *((f"z {path}", f"0000 {who.replace(':', ' ')}", COPY) for path, who in BACKUPS.items()),
    *((f"z /home/*/{name}", "0600 - -", INIT) for name in INIT_FILES),
    *((f"z /home/*/{name}", "0600 - -", PRIVATE) for name in SECRET_FILES),
)
CONCERN = Concern(
    title="modes of the system's own files",
    texts={
        # crontab and at run as a group of their own; a list that they cannot read counts as none.
        path: Text(content="root\n", reason="nobody else plans commands", mode="0644")
        for path in ("/etc/cron.allow", "/etc/at.allow")
    },
    files={
        KEPT: HELD,
        SERVICE: (APPLY,),
        AGAIN: (APPLY,),
        PATH: tuple(("PathChanged", path, "a change of a password or a group writes it anew") for path in BACKUPS),
    },
    units={
        "holdfast-modes.service": Unit(reason="the modes hold now and from boot on", reads=(SERVICE, KEPT)),
        "holdfast-modes.path": Unit(reason="and after each change of a password", reads=(PATH,)),
    },
    modes=(
        *((f"/etc/{name}{end}", "0644", ROOT, OTHERS) for name in ("passwd", "group") for end in ("", "-")),
        *((f"/etc/{name}", "0640", SHADOW, HASHES) for name in ("shadow", "gshadow")),
        *((path, "0000", who, COPY) for path, who in BACKUPS.items()),
        *((f"/etc/skel/{name}", "0600", ROOT, INIT) for name in INIT_FILES),
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

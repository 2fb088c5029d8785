# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who logs in, and what a session may: passwords, locks after guesses, umask, core dumps.

Sources: CIS Debian Linux 13 Benchmark, 5.3 and 5.4; pam-auth-update(8); login.defs(5). Profiles of pam-auth-update
carry all of it: /etc/pam.d/common-* is never edited. Ages hold for accounts that are made from now on; an existing
password that is older would be expired at once, and with it the sudo of whoever has it.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.assigned import Format
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import (
    Assigned,
    Concern,
    Rows,
    Text,
    Unit,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.access import Hardening

PROFILES = "/usr/share/pam-configs"
# The group that su is for, by the name of the SCAP content; what makes it is systemd's own (sysusers.d(5)).
NOBODY = "sugroup"
GROUPS, MAKES = "/etc/sysusers.d/60-holdfast.conf", "/etc/systemd/system/holdfast-groups.service"
BEFORE = """\
Name: Holdfast: count failed passwords, and let nobody in while an account is locked
Default: yes
Priority: 1024
Auth-Type: Primary
Auth:
\trequisite\tpam_faillock.so preauth
Account-Type: Primary
Account:
\trequired\tpam_faillock.so
"""
AFTER = """\
Name: Holdfast: a failed password counts
Default: yes
Priority: 0
Auth-Type: Primary
Auth:
\t[default=die]\tpam_faillock.so authfail
"""
HISTORY = """\
Name: Holdfast: no password comes back
Default: yes
Priority: 1023
Password-Type: Primary
Password:
\trequisite\tpam_pwhistory.so remember=24 enforce_for_root try_first_pass use_authtok
"""
FAILLOCK: Rows = (
    ("deny", "4", "guessing ends after four"),
    ("unlock_time", "900", "who forgot waits 15 minutes, and needs nobody"),
    ("fail_interval", "900", "failures of a quarter of an hour count together"),
)
QUALITY: Rows = (
    ("minlen", "14", "long enough against guessing offline"),
    ("minclass", "4", "letters of both kinds, digits, others"),
    ("dcredit", "-1", "at least one digit"),
    ("ucredit", "-1", "at least one capital"),
    ("lcredit", "-1", "at least one small letter"),
    ("ocredit", "-1", "at least one other character"),
    ("maxrepeat", "3", "no aaaa"),
    ("maxsequence", "3", "no 1234"),
    ("difok", "2", "a new one is new"),
    ("dictcheck", "1", "no word of a dictionary"),
    ("enforcing", "1", "a weak one is refused and not only told of"),
    ("enforce_for_root", "", "root's password too"),
)
DEFINITIONS: Rows = (
    ("UMASK", "027", "others read nothing unless it is given to them"),
    ("HOME_MODE", "0750", "a new home is its owner's"),
    (
        "PASS_MAX_DAYS",
        "99999",
        "an account with a key and no password would expire and be shut out",
    ),
    ("PASS_MIN_DAYS", "1", "new accounts alone: the history cannot be run through in a minute"),
    ("PASS_WARN_AGE", "14", "told two weeks before"),
    ("SHA_CRYPT_MIN_ROUNDS", "65536", "what still makes the older kind of hash makes a slow one"),
    ("SHA_CRYPT_MAX_ROUNDS", "65536", "what still makes the older kind of hash makes a slow one"),
    ("ENCRYPT_METHOD", "YESCRYPT", "slow to guess, also on special hardware"),
    ("LOG_OK_LOGINS", "yes", "who came in is in the log"),
)
SHELL: Rows = (
    ("umask", "027", "others read nothing unless it is given to them"),
    ("ulimit -c", "0", "memory with secrets lands in no file"),
    ("TMOUT", "900", "a shell that was left open ends after 15 minutes"),
)
LIMITS: Rows = (
    ("* hard core", "0", "memory with secrets lands in no file"),
    ("root hard core", "0", "nor root's, for whom a line for everybody does not count"),
)


def findings(hardening: Hardening, method: str) -> list[Finding]:
    """Return what is wrong with how the inventory becomes root. method: empty where it logs in as root."""
    if method != "su" or not hardening.login:
        return []
    rule = "is for nobody once logins are hardened: the next run would not become root"
    hint = "take sudo, log in as root, or set hardening.login: false"
    return [Finding(path="ansible_become_method", value=method, rule=rule, hint=hint)]


CONCERN = Concern(
    title="passwords, locks after guesses, umask, su, core dumps",
    packages={"libpam-pwquality": "judges new passwords"},
    files={
        "/etc/security/faillock.conf": FAILLOCK,
        "/etc/security/limits.d/60-holdfast.conf": LIMITS,
        "/etc/systemd/coredump.conf.d/60-holdfast.conf": (
            ("Storage", "none", "memory with secrets lands in no file"),
            ("ProcessSizeMax", "0", "nor in the log"),
        ),
        "/etc/profile.d/60-holdfast.sh": SHELL,
        "/etc/pam.d/su": (
            ("pam_wheel.so", f"use_uid group={NOBODY}", "nobody guesses at passwords by su; sudo is there"),
        ),
        GROUPS: ((f"g {NOBODY}", "-", "has nobody in it"),),
        MAKES: (("ExecStart", f"/usr/bin/systemd-sysusers {GROUPS}", "made where it is not there"),),
    },
    assigned={
        # Where auditors look: a drop-in is read by the program, and not by them.
        "/etc/security/pwquality.conf": Assigned(format=Format(separator=" = "), rows=QUALITY),
        "/etc/login.defs": Assigned(format=Format(separator="\t"), rows=DEFINITIONS),
        "/etc/default/useradd": Assigned(
            format=Format(separator="="),
            rows=(("INACTIVE", "45", "new accounts alone: unused since its password expired"),),
        ),
        # The vendor's own line for everybody, which ours would come after.
        "/etc/security/limits.d/10-coredump-debian.conf": Assigned(rows=LIMITS, optional=True),
        "/etc/bash.bashrc": Assigned(format=Format(), rows=(SHELL[0],)),
    },
    texts={
        f"{PROFILES}/holdfast-faillock": Text(content=BEFORE, reason="asked before the password"),
        f"{PROFILES}/holdfast-faillock-failed": Text(content=AFTER, reason="told after a wrong one"),
        f"{PROFILES}/holdfast-history": Text(content=HISTORY, reason="the last 24 do not come back"),
    },
    units={"holdfast-groups.service": Unit(reason="makes the group that su is for", reads=(MAKES, GROUPS))},
    contains={
        "/etc/pam.d/common-auth": ("pam_faillock.so preauth", "pam_faillock.so authfail"),
        "/etc/pam.d/common-account": ("pam_faillock.so",),
        "/etc/pam.d/common-password": ("pam_pwquality.so", "pam_pwhistory.so"),
    },
)

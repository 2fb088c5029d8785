# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The kernel's audit: who changed accounts, time, rights, modules, mounts and Docker, in a bounded log.

Sources: CIS Debian Linux 13 Benchmark, 6.2; auditctl(8), auditd.conf(5) of audit 3 and 4. The rules can be changed
again ("-e 1"): with "-e 2" a later run could not load its own until a reboot, and root may end the daemon either way.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.assigned import Format
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import (
    Around,
    Assigned,
    Concern,
    Rows,
    Unit,
)

RULES, CONFIG = "/etc/audit/rules.d/60-holdfast.rules", "/etc/audit/auditd.conf"
# Of a person's session, and not of a service: the login's own number is set.
PERSON = "-F auid>=1000 -F auid!=unset"
BOTH = ("b64", "b32")
WATCHED = {
    "identity": ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/security/opasswd", "/etc/pam.d"),
    "scope": ("/etc/sudoers", "/etc/sudoers.d"),
    "actions": ("/var/log/sudo.log",),
    "sshd": ("/etc/ssh",),
    "time-change": ("/etc/localtime",),
    "system-locale": ("/etc/issue", "/etc/issue.net", "/etc/hosts", "/etc/hostname", "/etc/network"),
    "logins": ("/var/log/lastlog", "/var/run/faillock"),
    "cron": ("/etc/crontab", "/etc/cron.d", "/etc/systemd/system"),
    "docker": ("/etc/docker", "/etc/holdfast", "/usr/bin/dockerd", "/usr/bin/containerd", "/usr/bin/runc"),
    "mac-policy": ("/etc/apparmor", "/etc/apparmor.d"),
}
# The calls and what narrows them.
CALLS: dict[str, tuple[str, str]] = {
    "time-change": ("adjtimex settimeofday clock_settime", ""),
    "system-locale": ("sethostname setdomainname", ""),
    "mounts": ("mount umount2", PERSON),
    "modules": ("init_module finit_module delete_module", ""),
    "delete": ("unlink unlinkat rename renameat renameat2", PERSON),
    "perm-mod": ("chmod fchmod fchmodat chown fchown fchownat lchown setxattr removexattr", PERSON),
    "access": ("open openat creat truncate ftruncate", f"-F exit=-EACCES {PERSON}"),
}
# Calls that a machine's kernel does not have (asm-generic/unistd.h): auditctl drops a whole rule that names one. Its
# programs use those that end in "at".
LACKING: dict[tuple[str, str], frozenset[str]] = {
    ("aarch64", "b64"): frozenset({"open", "creat", "unlink", "rename", "chmod", "chown", "lchown"}),
}
PROGRAMS = (
    "/usr/bin/sudo", "/usr/bin/su", "/usr/bin/passwd", "/usr/bin/chage", "/usr/bin/gpasswd", "/usr/bin/newgrp",
    "/usr/bin/mount", "/usr/bin/umount", "/usr/bin/crontab", "/usr/bin/docker", "/usr/sbin/usermod",
)  # fmt: skip
REASONS = {
    "identity": "accounts and their passwords", "scope": "who may become root", "actions": "what sudo did",
    "sshd": "who gets in", "time-change": "the clock, by which all logs are read", "system-locale": "names and network",
    "logins": "who came in", "cron": "what runs by itself", "docker": "the engine and the stack's own files",
    "mac-policy": "what programs may", "mounts": "what was mounted", "modules": "what the kernel took in",
    "delete": "what a person removed", "perm-mod": "whose rights a person changed", "access": "what was refused",
}  # fmt: skip


def calls(name: str, machine: str, bits: str) -> str:
    """Return the calls of a key that a machine has. machine: as the kernel names it. bits: b64 or b32."""
    lacking = LACKING.get((machine, bits), frozenset())
    return ",".join(call for call in CALLS[name][0].split() if call not in lacking)


def rules(machine: str) -> Rows:
    """Return the rules for a machine in their order, as lines of a file. A file that is not there is no error."""
    rows = [("-i", "", "a file that is not there keeps no other rule out"), ("-b", "8192", "a burst is not lost")]
    rows += [("-f", "1", "a lost event is told of; it does not halt the machine")]
    for name, paths in WATCHED.items():
        rows += [(f"-w {path}", f"-p wa -k {name}", REASONS[name]) for path in paths]
    for name, (_, narrowed) in CALLS.items():
        # The 32-bit table has calls under other numbers: each architecture is told of itself.
        for bits in BOTH:
            what = " ".join(part for part in (f"-S {calls(name, machine, bits)}", narrowed, f"-k {name}") if part)
            rows.append((f"-a always,exit -F arch={bits}", what, REASONS[name]))
    for path in PROGRAMS:
        rows.append((f"-a always,exit -F path={path}", f"-F perm=x {PERSON} -k privileged", "run with more rights"))
    return (*rows, ("-e", "1", "on, and a later run may load its own rules"))


def log(keep_days: int) -> Rows:
    """Return how the log is bounded: 8 files of 32 MB for 90 days, more where more was declared."""
    files = max(8, min(99, -(-keep_days * 8 // 90)))
    return (
        ("max_log_file", "32", "MB a file"),
        ("num_logs", str(files), "8 for 90 days, more for more"),
        ("max_log_file_action", "ROTATE", "bounded, so that the log never fills the stores' disk"),
        ("space_left_action", "SYSLOG", "told of while there is room"),
        ("admin_space_left_action", "SUSPEND", "an audit that cannot write does not halt the machine"),
        ("disk_full_action", "SUSPEND", "an audit that cannot write does not halt the machine"),
        ("disk_error_action", "SUSPEND", "an audit that cannot write does not halt the machine"),
    )


def concern(around: Around) -> Concern:
    """Return the concern. The daemon refuses to be restarted by systemd, so it is ended by signal and started."""
    unit = Unit(
        reason="writes what the kernel tells",
        reads=(RULES, CONFIG),
        restart=("kill", "start"),
        kernel="the kernel's audit, which belongs to the machine",
    )
    title, units = "the kernel's audit", {"auditd.service": unit}
    if around.container:
        # Its units would fail at every boot; verify tells that nothing is written down here.
        return Concern(title=title, units=units)
    return Concern(
        title=title,
        packages={"auditd": "the kernel's audit needs who writes it down"},
        files={RULES: rules(around.arch)},
        assigned={CONFIG: Assigned(format=Format(separator=" = "), rows=log(around.keep_days))},
        units=units,
    )

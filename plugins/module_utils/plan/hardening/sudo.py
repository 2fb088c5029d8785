# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Sudo: on a terminal of its own, told of in a log, and asked again after a while. Nobody's rights change by it.

Sources: CIS Debian Linux 13 Benchmark, 5.2; sudoers(5); sudo-rs's README, which lists the settings that it knows.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around, Concern, Rows

PATH = "/etc/sudoers.d/60-holdfast"
LOG = "/var/log/sudo.log"
BOTH: Rows = (
    ("use_pty", "", "a command left behind cannot type into the caller's terminal"),
    ("timestamp_timeout", "5", "asked again after five minutes"),
    ("passwd_tries", "3", "then it ends"),
)
CLASSIC: Rows = (("logfile", f'"{LOG}"', "each command in a file, beside the journal"),)
# The log first, then what is done with it.
ROTATED: Rows = (
    (LOG, "", "what sudo writes"),
    ("weekly", "", "the log of sudo"),
    ("compress", "", "old ones are small"),
    ("missingok", "", "no sudo was used yet"),
    ("notifempty", "", "nothing new, nothing rotated"),
    ("create 0600 root root", "", "commands may name what is secret"),
)


def concern(around: Around) -> Concern:
    """Return the concern for a machine: what its sudo does not know is left out."""
    if "sudo-rs" in around.programs:
        return Concern(title="sudo's terminal, log and memory", files={PATH: BOTH})
    weeks = ((f"rotate {-(-around.keep_days // 7)}", "", "as long as declared"),)
    packages = {"logrotate": "bounds the log of sudo"} | ({} if "sudo" in around.programs else {"sudo": "root by name"})
    files = {PATH: (*BOTH, *CLASSIC), "/etc/logrotate.d/holdfast": (*ROTATED, *weeks)}
    return Concern(title="sudo's terminal, log and memory", packages=packages, files=files)

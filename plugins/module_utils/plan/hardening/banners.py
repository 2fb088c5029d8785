# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is shown before and after a login: for whom the machine is, and nothing of what it runs.

Sources: CIS Debian Linux 13 Benchmark, 1.6; Lynis BANN-7126 and BANN-7130.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Concern, Text

BANNER = "/etc/issue.net"
WORDS = "Authorized users only. All activity may be monitored and reported.\n"
LONG = f"""\
{WORDS}
This system is private. Access without the owner's consent is prohibited by law; connections and commands are recorded
and may be used as evidence. Disconnect now unless you accept these terms.
"""
CONCERN = Concern(
    title="what is shown at a login",
    texts={
        "/etc/issue": Text(content=LONG, reason="on the console, without system and version"),
        BANNER: Text(content=LONG, reason="over SSH, before anybody proves who they are"),
        "/etc/motd": Text(content=WORDS, reason="after the login, without system and version"),
    },
)

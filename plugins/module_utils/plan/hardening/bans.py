# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who guesses is kept out for a while, by a rule of its own table: no other rule is touched.

Sources: jail.conf(5). sshd's own log is the journal's; the edge's access log is its container's and no file of the
host's, so there is no jail for it.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Concern, Unit

PATH = "/etc/fail2ban/jail.d/60-holdfast.local"
CONCERN = Concern(
    title="who guesses is kept out",
    packages={
        "fail2ban": "reads who fails and keeps them out",
        "python3-systemd": "by it fail2ban reads the journal",
        "nftables": "by it fail2ban keeps somebody out",
    },
    files={
        PATH: (
            ("enabled", "true", "the one door that is open to people"),
            ("backend", "systemd", "sshd's log is the journal's"),
            ("banaction", "nftables[type=multiport]", "a table of its own"),
            ("maxretry", "6", "an agent that offers a few keys first still gets in"),
            ("findtime", "10m", "in ten minutes"),
            ("bantime", "10m", "who mistyped waits ten minutes"),
            ("bantime.increment", "true", "who comes back waits longer"),
            ("bantime.maxtime", "1d", "at most a day"),
        )
    },
    units={"fail2ban.service": Unit(reason="runs with the jail that lies there", reads=(PATH,))},
)

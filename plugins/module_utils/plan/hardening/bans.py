# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who guesses is kept out for a while, by rules of a table of its own: no other rule is touched.

Sources: jail.conf(5); fail2ban's filter.d/sshd.conf and action.d/nftables.conf. What nftables calls prerouting sees
packets before Docker rewrites their destination, so a ban holds for containers' ports as for the host's own.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.holdfast.host.plugins.module_utils.guard import ROOT
from ansible_collections.holdfast.host.plugins.module_utils.plan import access_log
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around, Concern, Rows, Unit

SSH_JAIL = "/etc/fail2ban/jail.d/60-holdfast.local"
SSH_FILTER = "/etc/fail2ban/filter.d/holdfast-sshd.conf"
EDGE_JAIL = "/etc/fail2ban/jail.d/61-holdfast-edge.local"
EDGE_FILTER = "/etc/fail2ban/filter.d/holdfast-edge.conf"
DROP_IN = "/etc/systemd/system/fail2ban.service.d/60-holdfast.conf"
TABLE = "holdfast_bans"
# After connections are known (-200), before our own rules (-160) and Docker's (-100).
PRIORITY = -170
BAN_ACTION = (
    f"nftables[type=multiport, table={TABLE}, chain=arriving, chain_hook=prerouting,"
    f" chain_priority={PRIORITY}, blocktype=drop]"
)
LOOPBACK = ("127.0.0.0/8", "::1")
LOG = f"{access_log.DIRECTORY}/{access_log.FILE}"
# A connection that ended before anybody was let in, after somebody asked to be (sshd's packet.c and auth.c). A name may
# hold anything: the last address of the line is the server's own word. What only looks whether the port answers is no
# guess: the controller and monitoring do.
GUESSED = (
    r"^\S+ sshd[\w-]*\[\d+\]: (?:Connection (?:closed|reset) by|Disconnected from|Disconnecting)"
    r" (?:authenticating|invalid) user .* <ADDR> port \d+(?:: Too many authentication failures)? \[preauth\]$"
)
# Whether a change of access waits for its login (guard.py): a controller that it shuts out tries many times until the
# host puts the old state back, and must not be kept out then.
WAITING = f"find {ROOT} -mindepth 2 -maxdepth 2 '(' -name pending -o -name undoing ')' 2>/dev/null | grep -q ."
# A string of the log as nginx escapes it: no quote in it ends it.
STRING = r'"(?:[^"\\]|\\.)*"'
# What the log says of one request, from its start on, of which fail2ban takes the date away: a client that writes such
# words into its path changes nothing.
REFUSED = (
    rf'^,"host":{STRING},"remote":"<ADDR>","method":{STRING},"uri":{STRING},"status":401,'
)  # fmt: skip
MOMENT = '^{"time":"%%Y-%%m-%%dT%%H:%%M:%%S%%z"'


def _common(trusted: Iterable[str]) -> Rows:
    return (
        ("enabled", "true", "a door that is open to people"),
        ("banaction", BAN_ACTION, "a table of its own, before packets go to the host or to a container"),
        ("ignoreip", " ".join((*LOOPBACK, *trusted)), "the host itself, and from where its administrators come"),
        ("bantime", "10m", "who mistyped waits ten minutes"),
        ("bantime.increment", "true", "who comes back waits longer"),
        ("bantime.maxtime", "1d", "at most a day"),
    )


def _ssh(around: Around) -> Rows:
    return (
        *_common(around.trusted),
        ("port", ",".join(map(str, around.ssh_ports)), "each port on which the SSH server listens"),
        ("backend", "systemd", "sshd's log is the journal's"),
        ("journalmatch", "_SYSTEMD_UNIT=ssh.service", "the whole server: since 9.8 sshd-session tells of guesses"),
        ("filter", "holdfast-sshd", "a key that does not fit counts, too: passwords are not asked for"),
        ("ignorecommand", WAITING, "while a change of access waits for its login, tries are no guesses"),
        ("maxretry", "6", "a connection counts once, however many keys it offered"),
        ("findtime", "10m", "in ten minutes"),
    )  # fmt: skip


def _edge(around: Around) -> Rows:
    return (
        *_common(around.trusted),
        ("port", "80,443", "the edge's ports; SSH stays as it is"),
        ("filter", "holdfast-edge", "answers 401: a name or a password that was wrong"),
        ("backend", "polling", "one file, looked at each second"),
        ("logpath", LOG, "the log of requests, with the client's own address"),
        ("maxretry", "60", "a page whose session ran out asks a few dozen times at once"),
        ("findtime", "1m", "one a second for a minute is no person"),
    )


def concern(around: Around) -> Concern:
    """Return the concern: a jail for SSH, and one for the edge where there is one."""
    files: dict[str, Rows] = {
        SSH_JAIL: _ssh(around),
        SSH_FILTER: (("failregex", GUESSED, "who asked to be let in, and was not"),),
    }
    if around.edge:
        files[EDGE_JAIL] = _edge(around)
        files[EDGE_FILTER] = (
            ("failregex", REFUSED, "a request that was refused for want of a right name and password"),
            ("datepattern", MOMENT, "when that was"),
        )
        made = f"/bin/sh -c 'mkdir -p {access_log.DIRECTORY} && touch {LOG}'"
        files[DROP_IN] = (("ExecStartPre", made, "without the file fail2ban does not start; nginx may come later"),)
    return Concern(
        title="who guesses is kept out",
        packages={
            "fail2ban": "reads who fails and keeps them out",
            "python3-systemd": "by it fail2ban reads the journal",
            "nftables": "by it fail2ban keeps somebody out",
        },
        files=files,
        units={"fail2ban.service": Unit(reason="runs with the jails that lie there", reads=tuple(files))},
    )

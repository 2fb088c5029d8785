# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Rows about the machine and what stands in front of the application: packets, logins, stores, the edge and logs."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.errors import errors
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes
from ansible_collections.holdfast.host.plugins.module_utils.verify import access_log, backup, firewall, sshd
from ansible_collections.holdfast.host.plugins.module_utils.verify.verdict import (
    FAILS,
    IDLE,
    UNSEEN,
    Seen,
    Verdict,
    either,
)

# Asked for by the list: days of requests' lines.
YEAR = 365


def database(expect: Seen, seen: Seen) -> Verdict:
    """No store publishes a port to others."""
    if not expect["postgres"]:
        return IDLE, "no database of ours"
    own = [each for each in seen["containers"] if each["project"] == expect["postgres"]["project"]]
    wrong = [
        f"{each['name']} publishes {port['port']} on {port['address'] or 'all addresses'}"
        for each in own
        for port in each["published"]
        if not port["address"].startswith(("127.", "::1"))
    ]
    if not own:
        return UNSEEN, "no container of it runs"
    return either(wrong, f"{len(own)} containers of stores publish no port to others")


def redis(expect: Seen, seen: Seen) -> Verdict:
    """Who gives no password is refused."""
    if not expect["redis"]:
        return IDLE, "no Redis of ours"
    told = seen["checklist"]["redis"]
    if told is None:
        return UNSEEN, "no container of it runs"
    return either([] if told == "refused" else ["it answers without a password"], "who gives no password is refused")


def https(_expect: Seen, seen: Seen) -> Verdict:
    """HTTP leads to HTTPS under every public name."""
    edge = seen["checklist"]["edge"]
    if not edge:
        return IDLE, "no route"
    shown = {host: each.get("error") or each["http"] for host, each in edge.items()}
    wrong = [f"{host}: {said}" for host, said in shown.items() if not said.startswith(f"301 https://{host}/")]
    return either(wrong, "; ".join(f"http://{host}: {said}" for host, said in shown.items()))


def headers(_expect: Seen, seen: Seen) -> Verdict:
    """Browsers are told what they may do with an answer."""
    wrong = []
    for host, each in seen["checklist"]["edge"].items():
        has = each.get("headers", {})
        needed = ("strict-transport-security", "x-content-type-options")
        lacks = [name for name in needed if name not in has]
        lacks += [] if {"x-frame-options", "content-security-policy"} & set(has) else ["x-frame-options"]
        wrong += [f"{host} lacks {', '.join(lacks)}"] if lacks else []
    if not seen["checklist"]["edge"]:
        return IDLE, "no route"
    return either(
        wrong, "HSTS, nosniff and a word about frames are in the answers; a content policy is the application's"
    )


def packets(expect: Seen, seen: Seen) -> Verdict:
    """The kernel holds the planned rules."""
    if expect["firewall"] is None:
        return UNSEEN, "hardening.firewall is off: somebody else's concern"
    wrong = [finding.rule for finding in firewall.differences(expect, seen)]
    return either(wrong, f"the kernel's rules let in {len(expect['firewall'])} declared matches and nothing else")


def keys(expect: Seen, seen: Seen) -> Verdict:
    """A key is the one way in."""
    if not expect["sshd"]:
        return UNSEEN, "hardening.sshd is off: somebody else's concern"
    wrong = [f"{finding.path} {finding.rule}" for finding in sshd.differences(expect, seen)]
    return either(wrong, "sshd -T: authenticationmethods publickey, passwordauthentication no")


def roles(expect: Seen, seen: Seen) -> Verdict:
    """Declared roles alone log in, and have no power over others."""
    if not expect["postgres"]:
        return IDLE, "no database of ours"
    roles = seen["checklist"]["roles"]
    if roles is None:
        return UNSEEN, "the server does not answer"
    known, superuser = expect["checklist"]["roles"], expect["postgres"]["superuser"]
    wrong = [f"{name} may log in and is not declared" for name in roles if name not in (*known, superuser)]
    wrong += [f"{name} is a superuser" for name, power in roles.items() if power == "true" and name != superuser]
    return either(wrong, f"{', '.join(known)} log in, none a superuser; {superuser} is the host's own")


def admins(expect: Seen, seen: Seen) -> Verdict:
    """Whoever is not in the list gets 403: this host itself is not."""
    places = expect["checklist"]["admin"]
    if not places:
        return UNSEEN, "no route is declared admin: true; whether there is a panel, ask the application"
    answers = {f"{each['host']}{each['path']}": each for each in seen["routes"]}
    said = {place: answers.get(place, {}).get("status") for place in places}
    wrong = [f"{place} answers {status or 'nothing'}" for place, status in said.items() if status != 403]
    return either(wrong, f"{', '.join(places)}: 403 for who is not in access.admin_from")


def tls(_expect: Seen, seen: Seen) -> Verdict:
    """A client of TLS 1.1 is refused."""
    if seen["checklist"]["old_tls"] is None:
        return IDLE, "no route"
    agreed = ", ".join(sorted({str(each.get("tls")) for each in seen["checklist"]["edge"].values()}))
    old = seen["checklist"]["old_tls"]
    if old not in ("refused", "accepted"):
        return UNSEEN, f"agrees on {agreed}; TLS 1.1 was {old}"
    return either(["TLS 1.1 is accepted"] if old == "accepted" else [], f"agrees on {agreed}, refuses TLS 1.1")


def volumes(_expect: Seen, seen: Seen) -> Verdict:
    """The engine's data lie on an encrypted device."""
    if seen["checklist"]["encrypted"] is None:
        return UNSEEN, "the machine does not show its disks: ask its provider"
    return either([] if seen["checklist"]["encrypted"] else ["/var/lib/docker lies on a plain device"], "dm-crypt")


def year(expect: Seen, seen: Seen) -> Verdict:
    """Lines of requests are kept for a year."""
    wanted = expect["access_log"]
    if not wanted:
        return IDLE, "no route"
    wrong = [finding.rule for finding in access_log.differences(expect, seen)]
    if wanted["keep_days"] < YEAR:
        wrong.append(f"kept {wanted['keep_days']} days: logs: {{keep: {YEAR}d}} asks for more")
    return either(
        wrong, f"kept {wanted['keep_days']} days within {format_bytes(wanted['bytes'])}; so far none went early"
    )


def changes(expect: Seen, seen: Seen) -> Verdict:
    """What changed is known."""
    if not expect["checklist"]["audit"]:
        return FAILS, "hardening.audit is off"
    active = seen["checklist"]["audit"]
    return UNSEEN, f"of the host: auditd is {active}; who changed what in the application's data, ask the application"


def backups(expect: Seen, seen: Seen) -> Verdict:
    """Backups are encrypted, and there."""
    if not expect["backup"]:
        return FAILS, "holdfast_stack.backup names no repository"
    wrong = [f"{each.path}: {each.rule}" for each in errors(backup.differences(expect, seen))]
    truths = (seen.get("backup") or {}).get("truths", ())
    fulls = ", ".join(f"repository {each['repository']}: {each['fulls']} fulls" for each in truths)
    return either(wrong, f"AES-256, by a key of this installation; {fulls or 'files alone'}")

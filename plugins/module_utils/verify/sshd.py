# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The SSH server: what it says that it holds, for everybody and for whom a Match names, compared with the plan."""

from __future__ import annotations

import grp
import ipaddress
import pwd
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.command import Run, runner
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding

PROGRAM = "/usr/sbin/sshd"
CONFIG = Path("/etc/ssh")
# sshd -T calls some values by their older names (servconf.c).
OLD_NAMES = {"without-password": "prohibit-password"}
# A connection that no Match has in mind, and the keys of sshd -C by the words of a Match.
ANYBODY = {"user": "nobody", "host": "localhost", "addr": "127.0.0.1", "laddr": "127.0.0.1", "lport": "22"}
KEYS = {"user": "user", "host": "host", "address": "addr", "localaddress": "laddr", "localport": "lport"}
# What decides who gets in, and how: no Match may loosen it.
STRICT = (
    "permitrootlogin", "passwordauthentication", "kbdinteractiveauthentication", "permitemptypasswords",
    "authenticationmethods", "hostbasedauthentication", "gssapiauthentication", "denyusers",
)  # fmt: skip


def effective(text: str) -> dict[str, str]:
    """Return what ``sshd -T`` printed: value by lower-case name, what has several lines as one."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = line.partition(" ")
        value = OLD_NAMES.get(value, value)
        found[name] = f"{found[name]} {value}" if name in found else value
    return found


def _held(wanted: str | Sequence[str], value: str | None) -> bool:
    """Tell whether a value is as wanted; of a list, whether all of it is among what is there."""
    return value == wanted if isinstance(wanted, str) else set(wanted) <= set((value or "").split())


def match_lines(text: str) -> list[str]:
    """Return the criteria of each Match of a configuration file, in its order; ``all`` ends a Match and is none."""
    words = (line.split("#")[0].split() for line in text.splitlines())
    found = [" ".join(word[1:]) for word in words if len(word) > 1 and word[0].lower() == "match"]
    return [criteria for criteria in found if criteria.lower() != "all"]


def _member(name: str) -> str | None:
    """Return somebody of a group, None where it has nobody."""
    try:
        group = grp.getgrnam(name)
    except KeyError:
        return None
    everybody = [*group.gr_mem, *(user.pw_name for user in pwd.getpwall() if user.pw_gid == group.gr_gid)]
    return everybody[0] if everybody else None


def _example(pattern: str) -> str:
    """Return what a list of patterns matches: its first one that is no exception, wildcards filled in."""
    first = next((each for each in pattern.split(",") if not each.startswith("!")), "x")
    try:
        return str(ipaddress.ip_network(first, strict=False)[0])
    except ValueError:
        return first.replace("*", "x").replace("?", "x")


def connection(criteria: str) -> str | None:
    """Return the words of ``sshd -C`` for a connection that a Match means; None where nobody can make it."""
    words, chosen = criteria.split(), dict(ANYBODY)
    for name, pattern in zip(words[::2], words[1::2], strict=False):
        if name.lower() == "group":
            member = _member(_example(pattern))
            if member is None:
                return None
            chosen["user"] = member
        elif name.lower() in KEYS:
            chosen[KEYS[name.lower()]] = _example(pattern)
    return ",".join(f"{name}={value}" for name, value in chosen.items())


def observe(expect: Mapping[str, Any], run: Run | None = None, config: Path = CONFIG) -> list[dict[str, Any]]:
    """Return what the server holds: for anybody, then for each Match. Each has who, and values or an error."""
    if not expect.get("sshd"):
        return []
    ask = run or runner()
    files = [config / "sshd_config", *sorted((config / "sshd_config.d").glob("*.conf"))]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files if path.exists()]
    named = {f"Match {line}": connection(line) for text in texts for line in match_lines(text)}
    asked = {"everybody": connection("")} | named
    return [{"who": who, **_answer(ask, words)} for who, words in asked.items() if words is not None]


def _answer(run: Run, words: str) -> dict[str, Any]:
    result = run([PROGRAM, "-T", "-C", words], "")
    return {"values": effective(result.out)} if result.status == 0 else {"error": result.message()}


def _hint(name: str, wanted: str | Sequence[str], number: int) -> str:
    if number:
        return "take it out of that Match"
    if isinstance(wanted, str):
        return f"look for {name} in /etc/ssh: the first file wins"
    return "sshd_config must include sshd_config.d, and the drop-in there be as the last run wrote it"


def differences(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield every value that the server does not hold, and what a Match loosens."""
    shown: Sequence[Mapping[str, Any]] = seen.get("sshd", [])
    for number, each in enumerate(shown):
        if "error" in each:
            yield Finding(path="sshd", value=each["error"], rule="must read its configuration", hint="sshd -t")
            continue
        for name, wanted in expect["sshd"].items():
            value = each["values"].get(name)
            if _held(wanted, value) or (number and name not in STRICT):
                continue
            words = wanted if isinstance(wanted, str) else " ".join(wanted)
            rule = f"must be {words} for {each['who']}"
            yield Finding(path=f"sshd.{name}", value=value, rule=rule, hint=_hint(name, wanted, number))

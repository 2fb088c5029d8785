# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Rows about the application: its secrets, its variables, its users and its logs."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes
from ansible_collections.holdfast.host.plugins.module_utils.verify.verdict import (
    FAILS,
    IDLE,
    UNSEEN,
    Seen,
    Verdict,
    either,
)

# Asked for by the list: characters of a secret.
LONG = 32
# Where a developer's mail ends.
HERE = frozenset({"localhost", "127.0.0.1", "mailhog", "maildev", "mailpit", "mailcatcher"})


def secrets(expect: Seen, seen: Seen) -> Verdict:
    """Each secret is unique, long, and no known default."""
    origins, found = expect["checklist"]["secrets"], seen["checklist"]["secrets"]
    wrong = [
        f"{name} ({origins[name]}) has {size} characters" for name, size in found["lengths"].items() if size < LONG
    ]
    wrong += [f"{' and '.join(names)} are the same" for names in found["shared"]]
    wrong += [f"{name} ({origins[name]}) looks like a default" for name in found["defaults"]]
    wrong += [f"{name} is not on the host" for name in origins if name not in found["lengths"]]
    return either(
        wrong, f"{len(found['lengths'])} secrets, all different, {LONG} characters and more, no known default"
    )


def _variables(seen: Seen, *words: str) -> Iterator[tuple[str, str]]:
    for service, pairs in seen["checklist"]["variables"].items():
        for name, value in pairs.items():
            if any(word in name for word in words):
                yield f"{service}: {name}", value


def mode(_expect: Seen, seen: Seen) -> Verdict:
    """What says the mode says production."""
    found = dict(_variables(seen, "ENV"))
    if not found:
        return UNSEEN, "no container has such a variable: ask the application"
    wrong = [f"{name}={value}" for name, value in found.items() if value.lower() not in ("prod", "production")]
    return either(wrong, ", ".join(f"{name}={value}" for name, value in found.items()))


def debug(_expect: Seen, seen: Seen) -> Verdict:
    """Nothing is debugged."""
    found = dict(_variables(seen, "DEBUG"))
    wrong = [f"{name}={value}" for name, value in found.items() if value.lower() not in ("", "0", "false", "no", "off")]
    return either(wrong, "set to no" if found else "no container has such a variable")


def credentials(expect: Seen, seen: Seen) -> Verdict:
    """The database roles' passwords are of this installation."""
    names, found = expect["checklist"]["role_secrets"], seen["checklist"]["secrets"]
    if not names:
        return IDLE, "no database of ours"
    wrong = [f"{name} looks like a default" for name in names if name in found["defaults"]]
    wrong += [f"{name} is not on the host" for name in names if name not in found["lengths"]]
    return either(wrong, f"{', '.join(names)}: of this installation, none a known default")


def origins(_expect: Seen, seen: Seen) -> Verdict:
    """A foreign origin is given no leave."""
    open_to = [
        f"{host} gives leave: {each['leave']}" for host, each in seen["checklist"]["edge"].items() if each.get("leave")
    ]
    if open_to:
        return FAILS, "; ".join(open_to)
    return UNSEEN, "/ gives a foreign origin no leave; which other paths do, ask the application"


def logins(expect: Seen, seen: Seen) -> Verdict:
    """Logins lead back to public names of this system."""
    found, hosts = dict(_variables(seen, "REDIRECT", "CALLBACK")), expect["checklist"]["hosts"]
    if not found:
        return UNSEEN, "no container has such a variable: ask the application"
    own = tuple(f"https://{host}" for host in hosts)
    wrong = [
        f"{name}={value}" for name, value in found.items() if not f"{value}/".startswith(tuple(f"{o}/" for o in own))
    ]
    return either(wrong, f"{', '.join(sorted(set(found.values())))}; what is registered with the provider, ask there")


def mail(_expect: Seen, seen: Seen) -> Verdict:
    """Mail goes out by a real server."""
    found = dict(_variables(seen, "SMTP", "MAIL"))
    if not found:
        return UNSEEN, "no container has such a variable: ask the application"
    wrong = [f"{name}={value}" for name, value in found.items() if value.lower() in HERE]
    wrong += [
        f"{name} looks like a default"
        for name in seen["checklist"]["secrets"]["defaults"]
        if "MAIL" in name or "SMTP" in name
    ]
    return either(wrong, f"{', '.join(sorted(set(found.values())))}; whether it takes them, a mail that arrives shows")


def users(_expect: Seen, seen: Seen) -> Verdict:
    """No main process is root."""
    users = seen["checklist"]["users"]
    if not users:
        return UNSEEN, "no container of the application runs"
    wrong = [f"{name} runs as root" for name, user in users.items() if user == 0]
    wrong += [f"{name} has ended" for name, user in users.items() if user is None]
    return either(
        wrong,
        ", ".join(f"{name}: user {user}" for name, user in users.items())
        + "; of the edge nginx's master alone is root",
    )


def leaks(_expect: Seen, seen: Seen) -> Verdict:
    """No secret stands in a log."""
    found = seen["checklist"]["leaks"]
    if found["names"]:
        return FAILS, f"the value of {', '.join(found['names'])} stands in a log"
    searched = format_bytes(found["bytes"])
    return UNSEEN, f"no secret's value in the last {searched} of logs; what else is sensitive, ask the application"


def env_files(_expect: Seen, seen: Seen) -> Verdict:
    """The env file is root's alone and in no work tree."""
    files = seen["checklist"]["env_files"]
    wrong = [f"{path} has mode {each['mode']}" for path, each in files.items() if int(each["mode"], 8) & 0o077]
    wrong += [f"{path} lies in a work tree of git" for path, each in files.items() if each["git"]]
    shown = ", ".join(files) or "no such file"
    return either(wrong, f"{shown}: made on the host, root's alone, in no work tree; app_secrets belong into a vault")

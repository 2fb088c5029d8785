# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""How a login becomes root, and why it does not: judged from one try, and from what the host says without root.

sudo-rs, which Ubuntu has since 25.10, words its question for a password as ``[sudo: PROMPT] Password:``; ansible-core
waits for a line that begins with its own prompt (github.com/ansible/ansible, issue 85837), so it waits in vain. Whether
a release does, is not looked up but tried: what works is never refused.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding

SUDO = "sudo"
RS = "sudo-rs"
FREE = "or let {name} run all by sudo without one (NOPASSWD), or log in as root (ansible_user: root)"
GIVE = "give it by --ask-become-pass or by ansible_become_password in a vault"
OTHER = "ansible_become_exe: sudo.ws where the host has the other sudo beside it"


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A try to become root that failed.

    method, exe, user: as they were declared; method is empty where nobody is to be become. password: whether one was
    given. said: what came of it. uid, name: of the login. version: what the program says of itself, empty where there
    is none. free: whether it asks for no password. core: the version of ansible-core.
    """

    method: str
    exe: str
    user: str
    password: bool
    said: str
    uid: int
    name: str
    version: str
    free: bool
    core: str


def question(exe: str) -> str:
    """Return a command that asks the host, without root, who logs in and what its sudo is."""
    program = shlex.quote(exe)
    asked = {
        "uid": "id -u",
        "name": "id -un",
        # sudo-rs says it among complaints.
        "version": f"command -v {program} >/dev/null && {program} --version 2>&1 | head -n 1",
        "free": f"{program} -n true >/dev/null 2>&1 && echo yes",
    }
    return "; ".join(f'echo "{name}=$({command})"' for name, command in asked.items())


def answers(text: str) -> dict[str, str]:
    """Return what the host said to the question, by name."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def finding(tried: Tried) -> Finding:
    """Return why nobody became root, and what to do."""
    free, name = FREE.format(name=tried.name), tried.name
    if not tried.method:
        rule, hint = "root is needed to look after a host", "ansible_become: true, or log in as root"
        return Finding(path="ansible_become", value=f"{name} (uid {tried.uid})", rule=rule, hint=hint)
    if tried.user not in ("", "root"):
        return Finding(path="ansible_become_user", value=tried.user, rule="must be root", hint="leave it out")
    if tried.method != SUDO:
        rule, hint = f"must make {name} root; it said: {tried.said}", "ansible_become_method: sudo, or log in as root"
        return Finding(path="ansible_become_method", value=tried.method, rule=rule, hint=hint)
    if not tried.version:
        hint = f"install sudo there, {free.removeprefix('or ').partition(', or ')[2]}, or name another method"
        return Finding(path="ansible_become_exe", value=tried.exe, rule="must be a program of the host", hint=hint)
    if tried.free:
        rule, hint = f"must make {name} root; it said: {tried.said}", "look at ansible_become_flags, or log in as root"
        return Finding(path="ansible_become", value=f"{tried.exe} by {name}", rule=rule, hint=hint)
    return _password(tried, free)


def _password(tried: Tried, free: str) -> Finding:
    path, name = "ansible_become_password", tried.name
    if RS in tried.version:
        rule = f"{tried.version} asks {name} for a password in words that ansible-core {tried.core} does not understand"
        return Finding(path=path, value=tried.version, rule=rule, hint=f"{OTHER}; {free}")
    if not tried.password:
        rule = f"{tried.exe} asks {name} for a password, and none was given"
        return Finding(path=path, rule=rule, hint=f"{GIVE}; {free}")
    rule = f"must make {name} root; {tried.exe} said: {tried.said}"
    return Finding(path=path, rule=rule, hint=f"check the password, and that {name} may use {tried.exe} at all; {free}")

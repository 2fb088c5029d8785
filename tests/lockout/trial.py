# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One trial: a bad change under the guard, and logins all the while, each over a connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.lab import engine, machines, ssh
from tests.lab.hosts import find
from tests.lab.paths import ROOT
from tests.lab.shell import run, scaled, succeeds, wait_until
from tests.resume.playbook import Playbook

from .changes import Change

HOST = find("guarded")
INVENTORY = ROOT / "tests/lockout/inventory"
LOGS = ROOT / "build/lockout"
LOGIN_SECONDS = 2
# How long after the end of everything a host may stay closed before the trial gives up.
CLOSED_SECONDS = 90
RECORD = "/var/lib/holdfast/guard/changed/pending/record.json"
# The rules that hold before: they let everybody in, and are no others than a file's own.
RULES = """flush ruleset
table inet own {
  chain input {
    type filter hook input priority filter; policy accept;
  }
}
"""
STATE = (
    "sha256sum /etc/nftables.conf /etc/ssh/sshd_config /etc/ssh/sshd_config.d/* 2>&1; "
    "find /etc/ssh /etc/nftables.conf -printf '%p %y %m %u:%g %l\\n'; "
    "nft -s list ruleset; mkdir -p /run/sshd; /usr/sbin/sshd -T; systemctl is-active ssh.service"
)


@dataclass
class Logins:
    """Fresh logins, one after the other. seen: when each began and ended, seconds, and whether it got in."""

    seen: list[tuple[float, float, bool]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def once(self) -> bool:
        """Try one and keep what came of it."""
        began = time.monotonic()
        words = [
            word.replace("ConnectTimeout=5", f"ConnectTimeout={LOGIN_SECONDS}") for word in ssh.command(HOST, "root")
        ]
        good = succeeds([*words, "true"], timeout=LOGIN_SECONDS * 3)
        self.seen.append((began, time.monotonic(), good))
        return good

    def until_told(self) -> None:
        """Try until told to stop."""
        while not self.over.is_set():
            self.once()
            self.over.wait(0.2)

    @property
    def failed(self) -> int:
        """The number of logins that did not get in."""
        return sum(not good for _, _, good in self.seen)

    def closed_seconds(self) -> float:
        """Return the time from the first login that failed to the first that got in behind the last one that failed."""
        failed = [n for n, (_, _, good) in enumerate(self.seen) if not good]
        if not failed:
            return 0.0
        back = next((end for _, end, good in self.seen[failed[-1] + 1 :] if good), float("inf"))
        return back - self.seen[failed[0]][0]


@contextmanager
def trying() -> Iterator[Logins]:
    """Try logins beside the block."""
    logins = Logins()
    thread = threading.Thread(target=logins.until_told, daemon=True)
    thread.start()
    try:
        yield logins
    finally:
        logins.over.set()
        thread.join()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a change. closed: seconds without a login. tries, failed: logins. problems: none if well."""

    change: str
    closed: float
    tries: int
    failed: int
    seconds: float
    problems: Sequence[str]


def inside(script: str) -> str:
    """Return what a shell script prints on the host, run by the lab's engine and not over SSH."""
    return run(["docker", "exec", HOST.container, "sh", "-c", script])


def have_host() -> None:
    """Have a fresh host with a firewall of its own, as a machine's owner may have it."""
    engine.ensure()
    machines.down(HOST)
    machines.up([HOST])
    inside("apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qqy install --no-install-recommends nftables")
    run(["docker", "exec", "--interactive", HOST.container, "tee", "/etc/nftables.conf"], stdin=RULES)
    inside("systemctl enable --quiet --now nftables.service")
    LOGS.mkdir(parents=True, exist_ok=True)


def play(name: str, tasks: Sequence[dict[str, Any]]) -> Path:
    """Write a playbook of tasks and return it."""
    path = LOGS / f"{name}.yml"
    plays = [{"hosts": "all", "gather_facts": False, "tasks": list(tasks)}]
    path.write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")
    return path


def firewall(name: str, logins: str, trusted: Sequence[str] = (), **words: Any) -> Playbook:
    """Start a play of the role firewall alone. logins: the match of what is let in to log in. words: of the role."""
    free, limited = ([{"match": match, "reason": "declared"} for match in each] for each in (trusted, [logins]))
    rules = {"inside": ["lo"], "uplinks": [], "trusted": free, "logins": limited, "accepted": []}
    role = {"name": "Let in", "ansible.builtin.include_role": {"name": "holdfast.host.firewall"}}
    written = play(name, [role | {"vars": {"holdfast_plan": {"firewall": rules}, **words}}])
    return Playbook(LOGS / f"{name}.log", playbook=written, inventory=INVENTORY)


def guarded(name: str, arguments: dict[str, Any]) -> Playbook:
    """Start a play of one change under the guard."""
    written = play(name, [{"name": "Change it", "holdfast.host.guard": arguments}])
    return Playbook(LOGS / f"{name}.log", playbook=written, inventory=INVENTORY)


def login_works() -> bool:
    """Tell whether a fresh login gets in now."""
    return Logins().once()


def cut_the_power() -> None:
    """End the host as a loss of power does, and boot it."""
    run(["docker", "kill", HOST.container])
    run(["docker", "start", HOST.container])
    machines.wait_booted(HOST)


def applied() -> bool:
    """Tell whether a change is there and waits for its login."""
    return succeeds(["docker", "exec", HOST.container, "grep", "-q", "applied", RECORD])


def interrupt(change: Change, playbook: Playbook, logins: Logins) -> None:
    """Do what the change's act says, once the change is there."""
    if change.act == "stay":
        return
    wait_until(f"{change} to be there", applied, seconds=scaled(60), every=0.05)
    playbook.kill()
    if change.act == "power":
        # A host can boot between two logins, and the change is gone with the boot: one has to have met it before.
        locked = f"{change} to lock out"
        wait_until(locked, lambda: not change.locks or logins.failed > 0, seconds=scaled(15), every=0.05)
        cut_the_power()


def judge(change: Change, before: str, logins: Logins, status: int) -> list[str]:
    """Return what is wrong behind a change. status: of its play."""
    problems = []
    if change.locks and not logins.failed:
        problems.append("nobody was locked out, so nothing was tried")
    if status == 0:
        problems.append("the play ended well")
    after = inside(STATE)
    if after != before:
        gone = set(before.splitlines()) ^ set(after.splitlines())
        problems.append(f"the host is not as it was: {sorted(gone)}")
    waits = inside("ls /var/lib/holdfast/guard/changed; systemctl list-timers --all --no-legend 'holdfast-guard-*'")
    if {"pending", "undoing"} & set(waits.split()) or "holdfast-guard" in waits:
        problems.append(f"something still waits: {waits}")
    return problems


def attempt(name: str, change: Change) -> Outcome:
    """Make a bad change and return what came of it."""
    before, began = inside(STATE), time.monotonic()
    with trying() as logins:
        wait_until("a login before", lambda: any(good for _, _, good in logins.seen), seconds=scaled(30))
        with guarded(name, change.task()) as playbook:
            interrupt(change, playbook, logins)
            status = playbook.wait()
        # The way back comes by the host's own timer, also where the play is long dead.
        ended = len(logins.seen)
        wait_until(
            "a login behind",
            lambda: any(good for _, _, good in logins.seen[ended:]) and not succeeds(
                ["docker", "exec", HOST.container, "test", "-d", RECORD.rpartition("/")[0]]
            ),
            seconds=CLOSED_SECONDS,
        )  # fmt: skip
        count = len(logins.seen)
        wait_until("one login more", lambda: len(logins.seen) > count + 1, seconds=scaled(30))
    return Outcome(
        change=str(change), closed=round(logins.closed_seconds(), 1), tries=len(logins.seen),
        failed=logins.failed, seconds=round(time.monotonic() - began, 1),
        problems=judge(change, before, logins, status),
    )  # fmt: skip

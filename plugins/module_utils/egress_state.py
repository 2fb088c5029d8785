# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What was refused, or would be: counted by service and name, told to the log, kept over restarts, and reported."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from ansible_collections.holdfast.host.plugins.module_utils.egress_policy import OBSERVE, Limited

CONFIG = Path("/etc/holdfast/egress/gate.json")
STATE = Path("/var/lib/holdfast-egress/state.json")
# Why the state could not be written, in memory: there while the state is older than it should be. Goes with the gate.
UNKEPT = Path("/run/holdfast-egress/unkept")
TABLE = ("inet", "holdfast_egress")
# A service that tries all names there are fills no disk, and no log.
MOST_NAMES = 1000
# Of each service: addresses of all names together, and of one name. Who has more, loses the oldest first.
MOST_ANSWERS, MOST_OF_ONE = 2000, 64
# An address may be the answer for very many names; so many of them are told.
MOST_TOLD = 3
QUIET_SECONDS = 60
# Of the state: one that another version wrote otherwise is begun anew.
FORMAT = 2
ASKED = "asked for"
_PLAIN = re.compile(r"[^A-Za-z0-9._:*@/\[\]-]")


class Book:
    """Counts of what was refused. tell: takes one line for the log. now: seconds since the epoch.

    unkept: where it says why the counts are not in the file.
    """

    def __init__(
        self,
        path: Path,
        digest: str,
        tell: Callable[[str], None],
        now: Callable[[], float] = time.time,
        unkept: Path = UNKEPT,
    ) -> None:
        self.path, self.digest, self.tell, self.now, self.unkept = path, digest, tell, now, unkept
        self.failed: float | None = None
        self.told: dict[tuple[str, str], float] = {}
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = {}
        if kept.get("format") != FORMAT:
            kept = {}
        self.refused: dict[str, dict[str, Any]] = kept.get("refused", {})
        self.answers: dict[str, dict[str, list[str]]] = kept.get("answers", {})
        self.dirty = True

    def refuse(self, service: str, name: str, why: str, *, mode: str, port: int = 0) -> None:
        """Count a name that is not in a service's list. port: 0 where it was only asked for."""
        shown = _PLAIN.sub("?", name)[:255] or "no name"
        what = f"{shown}:{port}" if port else shown
        own = self.refused.setdefault(service, {})
        if what not in own and len(own) >= MOST_NAMES:
            what = "more names"
        found = own.setdefault(what, {"count": 0, "why": why})
        found.update(count=found["count"] + 1, why=why, last=round(self.now()))
        self.dirty = True
        if self.now() - self.told.get((service, what), 0) >= QUIET_SECONDS:
            self.told[service, what] = self.now()
            done = "would refuse" if mode == OBSERVE else "refused"
            self.tell(f"{service}: {done} {what}: {why} ({found['count']} times)")

    def answered(self, service: str, name: str, addresses: Sequence[str]) -> None:
        """Keep the addresses that were the answer for a name, those that were asked for lately."""
        own = self.answers.setdefault(service, {})
        held = own.pop(name, [])
        fresh = [address for address in dict.fromkeys(addresses) if address not in held]
        own[name] = [*held, *fresh][-MOST_OF_ONE:]
        while sum(map(len, own.values())) > MOST_ANSWERS:
            own.pop(next(iter(own)))
        self.dirty = self.dirty or bool(fresh)

    def keep(self) -> None:
        """Write what changed. A disk that takes nothing is told, and tried again the next time: the gate goes on."""
        if not self.dirty:
            return
        try:
            self._write()
        except OSError as problem:
            self._fail(problem)
            return
        self.dirty = False
        if self.failed is not None:
            self.failed = None
            self.tell("what is refused is written again")
            with contextlib.suppress(OSError):
                self.unkept.unlink()

    def _fail(self, problem: OSError) -> None:
        """Say that nothing can be written: to the log once a minute, and to verify."""
        if self.failed is not None and self.now() - self.failed < QUIET_SECONDS:
            return
        self.failed = self.now()
        self.tell(f"what is refused cannot be written: {problem}")
        with contextlib.suppress(OSError):
            self.unkept.write_text(f"{problem}\n", encoding="utf-8")

    def _write(self) -> None:
        kept = {"format": FORMAT, "config": self.digest, "refused": self.refused, "answers": self.answers}
        text = json.dumps(kept, separators=(",", ":"))
        new = self.path.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        new.replace(self.path)


def flows(run: Run, bridge: str) -> list[tuple[str, str, int]]:
    """Return where packets of an observed bridge went: address, protocol, port (0 for one without).

    Raises RuntimeError where the packet filter does not tell.
    """
    found: list[tuple[str, str, int]] = []
    for kind in ("seen", "other"):
        result = run(["nft", "-j", "list", "set", *TABLE, f"{kind}_{bridge}"], "")
        if result.status:
            raise RuntimeError(result.message())
        found += _elements(json.loads(result.out))
    return sorted(set(found))


def _elements(listed: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    for entry in listed["nftables"]:
        for element in entry.get("set", {}).get("elem", ()):
            value = element["elem"]["val"] if isinstance(element, dict) and "elem" in element else element
            address, protocol, *port = value["concat"]
            yield str(address), str(protocol), int(port[0]) if port else 0


def names_of(answers: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the names by the address that was their answer: many names may share one."""
    found: dict[str, list[str]] = {}
    for name, addresses in answers.items():
        for address in addresses:
            found.setdefault(address, []).append(name)
    return found


def report(
    services: Sequence[Limited], state: Mapping[str, Any], went: Mapping[str, Sequence[tuple[str, str, int]]]
) -> list[dict[str, Any]]:
    """Return what was refused, or would be: service, mode, what, why, count and last (seconds since the epoch).

    went: flows by observed service. A flow to an address that was the answer for a name of the list, on its port, is
    none; any other is named after the name that was asked for, where there is one.
    """
    rows = []
    for service in services:
        own: Mapping[str, Any] = state.get("refused", {}).get(service.name, {})
        rows += [{"service": service.name, "mode": service.mode, "what": what, **each} for what, each in own.items()]
        answers = names_of(state.get("answers", {}).get(service.name, {}))
        for address, protocol, port in went.get(service.name, ()):
            names = answers.get(address, [])
            if protocol == "tcp" and any(service.may(each, port) for each in names):
                continue
            more = [f"{len(names) - MOST_TOLD} more"] if len(names) > MOST_TOLD else []
            name = " or ".join([*names[:MOST_TOLD], *more])
            where = f"{name or address}:{port}/{protocol}" if port else f"{name or address}/{protocol}"
            why = f"went to {address}" if name else "went to an address that no name was asked for"
            rows.append(
                {"service": service.name, "mode": service.mode, "what": where, "why": why, "count": 1, "last": 0}
            )
    return rows


def gather(
    run: Run, bridges: Mapping[str, str], config: Path = CONFIG, kept: Path = STATE
) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
    """Return the gate's state and the report. bridges: by observed service.

    Raises OSError, ValueError, RuntimeError where one of them cannot be read.
    """
    services = [Limited.of(each) for each in json.loads(config.read_text(encoding="utf-8"))["services"]]
    state = json.loads(kept.read_text(encoding="utf-8"))
    went = {name: flows(run, bridge) for name, bridge in bridges.items()}
    return state, report(services, state, went)


def lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the report as text, the latest last."""
    return [
        f"{each['service']}: {'would refuse' if each['mode'] == OBSERVE else 'refused'} {each['what']}: {each['why']}"
        + (f" ({each['count']} times)" if each["last"] else "")
        for each in sorted(rows, key=lambda row: row["last"])
    ]

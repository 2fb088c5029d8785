# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a stranger reaches, compared with what is declared. Pure: open ports in, findings out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR, WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.firewall import INSIDE

# Raises OSError where there is no way to the address, TimeoutError where it takes too long.
Scan = Callable[[str], "list[int]"]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was found of one address. ports: open ones, TCP. problem: why it could not be tried, empty where it was.

    main: it is the address by which the inventory reaches the host; others may be of networks that lead nowhere here.
    cut_short: there is a way to it, but it was not tried to the end.
    """

    address: str
    main: bool
    ports: tuple[int, ...] = ()
    problem: str = ""
    cut_short: bool = False


def own_addresses(run: Run) -> list[str]:
    """Return the host's addresses that others may know, of both versions of IP; none of loopback and of containers.

    Raises ValueError where ``ip`` does not list them.
    """
    result = run(["ip", "-json", "address", "show", "up", "scope", "global"], "")
    if result.status != 0:
        raise ValueError(result.message())
    found = []
    for link in json.loads(result.out):
        # What its filter left out, ip lists as empty objects.
        if not any(fnmatch(link.get("ifname", "lo"), pattern) for pattern in (*INSIDE, "veth*")):
            found += [each["local"] for each in link["addr_info"] if "local" in each and not each.get("temporary")]
    return found


def look(addresses: Mapping[str, bool], scan: Scan) -> list[Seen]:
    """Return what is found of each address. addresses: whether it is a main one, by the address."""
    return [_look_at(address, main=main, scan=scan) for address, main in addresses.items()]


def _look_at(address: str, *, main: bool, scan: Scan) -> Seen:
    try:
        return Seen(address=address, main=main, ports=tuple(scan(address)))
    except OSError as problem:
        return Seen(address=address, main=main, problem=str(problem), cut_short=isinstance(problem, TimeoutError))


def _of_address(expect: Mapping[str, Sequence[int]], seen: Seen) -> Iterator[Finding]:
    declared, answering = set(expect["declared"]), set(expect["answering"])
    path = f"exposure.{seen.address}"
    if seen.problem:
        rule = "must be tried from outside, and could not be"
        hint = "run verify from where the host's users are"
        level = ERROR if seen.cut_short and seen.main else WARNING
        yield Finding(path=path, value=seen.problem, rule=rule, hint=hint, level=level)
    elif not seen.ports and not seen.main:
        rule = "nothing at all answers, so it proves nothing: is there a way to it from here?"
        yield Finding(path=path, value="no open port", rule=rule, hint="its network may be private", level=WARNING)
    for port in sorted(set(seen.ports) - declared):
        hint = "find it with: ss -tlnp; nft list table inet holdfast; docker ps"
        yield Finding(path=f"{path}.{port}/tcp", value="answers", rule="nothing answers undeclared", hint=hint)
    # The edge publishes over IPv4.
    missing = answering - set(seen.ports) if seen.main and not seen.problem and ":" not in seen.address else set()
    for port in sorted(missing):
        hint = "is something in between, such as the provider's own firewall?"
        yield Finding(path=f"{path}.{port}/tcp", value="does not answer", rule="is declared and must answer", hint=hint)


def compare(expect: Mapping[str, Sequence[int]], seen: Iterable[Seen]) -> list[Finding]:
    """Return every difference. expect: declared, and those of them that must answer everybody (ports, TCP)."""
    return [finding for each in seen for finding in _of_address(expect, each)]

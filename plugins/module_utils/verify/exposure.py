# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a stranger reaches, compared with what is declared. Pure: open ports in, findings out."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR, WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.firewall import INSIDE

NEARER = "run verify from where the host's users are, or give verify_names the addresses that they use"
# Raises OSError where there is no way to it, TimeoutError where it takes too long.
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


def _shows(declared: Collection[int], seen: Seen) -> bool:
    """Tell whether a main address was reached: something answers there, or need not."""
    return seen.main and not seen.problem and bool(seen.ports or not declared)


def _unproven(declared: Collection[int], seen: Seen, *, reached: bool) -> Iterator[Finding]:
    """Yield that the look at an address proves nothing: it could not be tried, or nothing at all answers.

    reached: whether another main address shows that the host is reached from here. Its address of IPv6 need not answer
    then: the edge publishes over IPv4, SSH may be let in from IPv4 alone, and the controller may have no IPv6.
    """
    path, needed = f"exposure.{seen.address}", seen.main and not (reached and ":" in seen.address)
    if seen.problem:
        rule, hint = "must be tried from outside, and could not be", NEARER
        level = ERROR if needed or (seen.cut_short and seen.main) else WARNING
        yield Finding(path=path, value=seen.problem, rule=rule, hint=hint, level=level)
    elif not seen.ports and seen.main and declared:
        rule = "nothing at all answers, not even what is declared, so it proves nothing"
        hint = f"is it reached by a jump host alone, or does a provider's firewall drop it? {NEARER}"
        yield Finding(path=path, value="no open port", rule=rule, hint=hint, level=ERROR if needed else WARNING)
    elif not seen.ports and not seen.main:
        rule = "nothing at all answers, so it proves nothing: is there a way to it from here?"
        yield Finding(path=path, value="no open port", rule=rule, hint="its network may be private", level=WARNING)


def _of_address(expect: Mapping[str, Sequence[int]], seen: Seen) -> Iterator[Finding]:
    declared, answering = set(expect["declared"]), set(expect["answering"])
    path = f"exposure.{seen.address}"
    for port in sorted(set(seen.ports) - declared):
        hint = "find it with: ss -tlnp; nft list table inet holdfast; docker ps"
        yield Finding(path=f"{path}.{port}/tcp", value="answers", rule="nothing answers undeclared", hint=hint)
    # The edge publishes over IPv4. Where nothing answers that has been told.
    missing = answering - set(seen.ports) if seen.main and seen.ports and ":" not in seen.address else set()
    for port in sorted(missing):
        hint = "is something in between, such as the provider's own firewall?"
        yield Finding(path=f"{path}.{port}/tcp", value="does not answer", rule="is declared and must answer", hint=hint)


def compare(expect: Mapping[str, Sequence[int]], seen: Iterable[Seen]) -> list[Finding]:
    """Return every difference. expect: declared, and those of them that must answer everybody (ports, TCP)."""
    looked, declared = list(seen), expect["declared"]
    reached = any(_shows(declared, each) for each in looked)
    findings = [finding for each in looked for finding in _unproven(declared, each, reached=reached)]
    return findings + [finding for each in looked for finding in _of_address(expect, each)]

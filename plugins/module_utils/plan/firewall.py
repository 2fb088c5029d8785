# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What packets from outside may reach: the declared ports, and nothing else, of the host and of containers alike.

Packets are judged before Docker rewrites their destination, so a port that is published behind our back stays closed
(netfilter's order of priorities: conntrack -200, ours -160, destination NAT -100). A port's rule is plan and text at
once: ``match`` is nftables' own language (nft(8)), so what is printed is what is applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from ipaddress import ip_address
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.egress_policy import DOORS
from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR, WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host, Listener
from ansible_collections.holdfast.host.plugins.module_utils.spec.access import Access, Open
from ansible_collections.holdfast.host.plugins.module_utils.spec.networks import of_version
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT

RULES = "/etc/holdfast/firewall.nft"
UNIT = "holdfast-firewall.service"
TABLE = "holdfast"
# The host's own side, the bridges to which Docker gives their names, and those of services with a list of names.
INSIDE = ("lo", "docker0", "docker_gwbridge", "br-*", "hfe*", "hfi*", "hfo*")
BRIDGE_NAME = "com.docker.network.bridge.name"
# Answers of DHCP servers, which the rules let in by themselves: nobody declares them.
DHCP = frozenset({68, 546})
STRANGER = "is called like a bridge of Docker's and is none: what comes through it counts as from outside"
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - the names of an address, which nothing is bound to here.
WORLD = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Packets that are let in. match: in nftables' language. reason: why, one line."""

    match: str
    reason: str


def _elements(networks: Sequence[str]) -> str:
    return networks[0] if len(networks) == 1 else "{ " + ", ".join(networks) + " }"


def _from(sources: Sequence[str]) -> list[str]:
    """Return the matches of a list of sources, one for each version of IP; one empty match for everybody."""
    if not sources:
        return [""]
    both = (("ip", of_version(sources, 4)), ("ip6", of_version(sources, 6)))
    return [f"{family} saddr {_elements(networks)} " for family, networks in both if networks]


def reachable(ports: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the ports that are on an address which others can reach: those on the loopback are the host's own."""
    return [port for port in ports if not ip_address(port["address"]).is_loopback]


def published(ports: Iterable[Mapping[str, Any]]) -> Iterator[Rule]:
    """Yield a rule for each port of the plan that containers answer on. An address of its own bounds it."""
    for port in reachable(ports):
        bound = "" if port["address"] in EVERYWHERE else f"ip daddr {port['address']} "
        yield Rule(match=f"{bound}{port['protocol']} dport {port['port']}", reason=str(port["owner"]))


def opened(declared: Iterable[Open]) -> Iterator[Rule]:
    """Yield a rule for each declared port of another program of the host, and version of IP."""
    for each in declared:
        for source in _from(each.sources):
            yield Rule(match=f"{source}{each.protocol} dport {each.port}", reason=each.why)


def _split(sources: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the declared networks that are somebody's, and those that are the whole world, however it is written."""
    named = [source for source in sources if source not in WORLD]
    joined = [*of_version(named, 4), *of_version(named, 6)]
    return [each for each in joined if each not in WORLD], [each for each in (*joined, *sources) if each in WORLD]


def _ssh(access: Access, sources: Sequence[str], reason: str) -> list[Rule]:
    ports = _elements([str(port) for port in sorted(set(access.ssh_ports))])
    return [Rule(match=f"{source}tcp dport {ports}", reason=reason) for source in _from(sources)]


def trusted(access: Access) -> list[Rule]:
    """Return the rules for SSH from declared networks, which no limit holds up.

    A limit counts packets that anybody can send in another's name: it would keep out whom it was to let in.
    """
    named, _ = _split(access.ssh_from)
    return _ssh(access, named, "declared in access.ssh_from") if named else []


def logins(access: Access) -> list[Rule]:
    """Return the rules for SSH from everywhere; their packets go on to the limit of new connections."""
    _, world = _split(access.ssh_from)
    return _ssh(access, world, "SSH from everywhere") if world or not access.ssh_from else []


def inside(networks: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the names of interfaces behind which containers are. networks: of the Compose file, by name."""
    own = _named(networks)
    return [*INSIDE, *sorted(name for name in own if not any(fnmatch(name, known) for known in INSIDE))]


def _named(networks: Mapping[str, Mapping[str, Any]]) -> set[str]:
    return {str((each.get("driver_opts") or {}).get(BRIDGE_NAME, "")) for each in networks.values()} - {""}


def strangers(host: Host, networks: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the bridges that are called like Docker's and that neither Docker nor the Compose file knows."""
    return sorted(set(host.strangers) - _named(networks))


def told(host: Host, networks: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield a warning for each of them: what comes through is judged as a stranger's."""
    for name in strangers(host, networks):
        hint = f"give it another name, or declare what may be reached through it: {ROOT}.access.open"
        yield Finding(path=f"host.links.{name}", value=name, rule=STRANGER, hint=hint, level=WARNING)


def part(
    access: Access, host: Host, ports: Sequence[Mapping[str, Any]], networks: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the plan's part: interfaces by their side, and what is let in.

    ports: the plan's public ports. An uplink that has the name of a bridge of Docker's is outside all the same, and so
    is a bridge that Docker does not know.
    """
    within = inside(networks)
    disguised = {name for name in host.uplinks if any(fnmatch(name, known) for known in within)}
    disguised |= set(strangers(host, networks))
    accepted = [*published(ports), *opened(access.open)]
    return {
        "inside": within,
        "uplinks": sorted(disguised),
        "trusted": [asdict(rule) for rule in trusted(access)],
        "logins": [asdict(rule) for rule in logins(access)],
        "accepted": [asdict(rule) for rule in accepted],
    }


def exposed(access: Access, ports: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Return what a stranger may find: declared, and those of them that answer everybody by IPv4 (ports, TCP)."""
    published_tcp = [port for port in reachable(ports) if port["protocol"] == "tcp"]
    others = [*access.ssh_ports, *(each.port for each in access.open if each.protocol == "tcp")]
    everywhere = {port["port"] for port in published_tcp if port["address"] in EVERYWHERE}
    return {
        "declared": sorted({*others, *(port["port"] for port in published_tcp)}),
        "answering": sorted(everywhere),
    }


def expected(planned: Mapping[str, Any] | None) -> list[str] | None:
    """Return the matches that must be let in; None where packets from outside are somebody else's concern."""
    if planned is None:
        return None
    return [rule["match"] for rule in (*planned["trusted"], *planned["logins"], *planned["accepted"])]


def _declared(access: Access, ports: Sequence[Mapping[str, Any]]) -> set[tuple[int, str]]:
    found = {(port["port"], port["protocol"]) for port in reachable(ports)}
    found |= {(each.port, each.protocol) for each in access.open}
    return found | {(port, "tcp") for port in access.ssh_ports}


def _closes(each: Listener, access: Access) -> Finding:
    """Return what the rules would close."""
    path, value = f"host.ports.{each.port}/{each.protocol}", f"{each.process or 'somebody'} on {each.address}"
    if each.process != "sshd":
        hint = f"{ROOT}.access.open: [{{port: {each.port}, protocol: {each.protocol}, why: ...}}]"
        rule = "is not declared: the firewall keeps it closed"
        return Finding(path=path, value=value, rule=rule, hint=hint, level=WARNING)
    both, here = sorted({*access.ssh_ports, each.port}), " and ".join(map(str, sorted(access.ssh_ports)))
    moved = f"or have the SSH server (on Ubuntu its ssh.socket) listen on {here} alone"
    hint = f"{ROOT}.access.ssh_ports: {both}, {moved}"
    return Finding(path=path, value=value, rule="nobody could log in there any more", hint=hint, level=ERROR)


def findings(access: Access, host: Host, ports: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Return what the rules would close: SSH itself, which is an error, and what else answers today."""
    declared = _declared(access, ports)
    closed = [
        each
        for each in host.listening
        if (each.port, each.protocol) not in declared
        and not each.address.startswith(("127.", "::1"))
        and not (each.protocol == "udp" and each.port in DHCP)
        and each.port not in DOORS
    ]
    return list({(each.port, each.protocol): _closes(each, access) for each in closed}.values())

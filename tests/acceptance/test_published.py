# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Ports that containers publish behind our back, in every way there is: closed, whatever is restarted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from tests.acceptance.scenarios import WATCHER, Scenario
from tests.acceptance.strangers import NEIGHBOUR, PLACES, reached
from tests.acceptance.web import Site
from tests.lab import machines, registry
from tests.lab.shell import run, scaled, wait_until

IMAGE = "registry.example.org:5000/holdfast/demo-app:1"
# Takes TCP on a few ports and echoes on one of UDP, on all addresses of both versions of IP.
SERVER = """
import selectors, socket
waiting = selectors.DefaultSelector()
for port, kind in [*((port, socket.SOCK_STREAM) for port in PORTS), (UDP, socket.SOCK_DGRAM)]:
    made = socket.socket(socket.AF_INET6, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    made.bind(("::", port))
    if kind == socket.SOCK_STREAM:
        made.listen()
    waiting.register(made, selectors.EVENT_READ, kind)
while True:
    for key, _ in waiting.select():
        if key.data == socket.SOCK_STREAM:
            key.fileobj.accept()[0].close()
        else:
            data, address = key.fileobj.recvfrom(16)
            key.fileobj.sendto(data, address)
"""
NETWORK = "172.29.77.0/24"
OWN, OWN6 = "172.29.77.10", "fd00:77::10"
NETWORK6 = "fd00:77::/64"


def server(*ports: int, udp: int) -> list[str]:
    """Return the command of a container that listens."""
    return ["python3", "-c", f"PORTS, UDP = {list(ports)}, {udp}\n{SERVER}"]


def project(address: str) -> str:
    """Return a Compose file with every shape of a published port. address: the host's."""
    shapes = [
        "7001:7000", "7000", "127.0.0.1:7003:7000", f"{address}:7004:7000", "7010-7012:7000-7002", "7009:7000/udp",
        "[::]:7006:7000", {"target": 7000, "published": "7005", "mode": "host"},
    ]  # fmt: skip
    service = {"image": IMAGE, "restart": "always", "entrypoint": [], "user": "root", "healthcheck": {"disable": True}}
    networks = {"own": {"ipv4_address": OWN, "ipv6_address": OWN6}}
    subnets = [{"subnet": NETWORK}, {"subnet": NETWORK6}]
    inside = service | {"command": server(7000, 7001, 7002, udp=7000), "ports": shapes, "networks": networks}
    outside = service | {"command": server(7007, udp=7008), "network_mode": "host"}
    made = {"own": {"enable_ipv6": True, "ipam": {"config": subnets}}}
    return json.dumps({"name": "stranger", "services": {"inside": inside, "outside": outside}, "networks": made})


def ways(scenario: Scenario, place: str) -> dict[str, tuple[str, int, bool]]:
    """Return every way to the containers from a place by a name: address, port, whether it is UDP.

    The neighbour alone knows the way to the containers' own network.
    """
    address, address6 = scenario.row.address, scenario.row.address6
    drawn = scenario.inside("docker", "port", "stranger-inside-1", "7000/tcp").split()
    random = max(int(each.rpartition(":")[2]) for each in drawn)
    by_ipv4 = {
        "short": 7001, "of a host's address": 7004, "long": 7005, "range, first": 7010, "range, last": 7012,
        "drawn by Docker": random, "the host's own network": 7007, "started by hand": 7020,
    }  # fmt: skip
    found = {name: (address, port, False) for name, port in by_ipv4.items()}
    found |= {"UDP": (address, 7009, True), "UDP, the host's own network": (address, 7008, True)}
    if place == NEIGHBOUR:
        found |= {"the container's own address": (OWN, 7000, False)}
    if registry.has_ipv6():
        found |= {"IPv6": (address6, 7006, False), "IPv6, the host's own network": (address6, 7007, False)}
        found |= {"the container's own IPv6 address": (OWN6, 7000, False)} if place == NEIGHBOUR else {}
    return found


DECLARED = {f"declared {port}": port for port in (22, 80, 443)}


def open_ways(scenario: Scenario, place: str) -> set[str]:
    """Return the names of the ways that lead somewhere from a place, and the declared ports that answer there."""
    declared = {name: (scenario.row.address, port, False) for name, port in DECLARED.items()}
    return {name for name, leads in reached(place, ways(scenario, place) | declared).items() if leads}


@pytest.fixture(scope="module")
def strangers(scenario: Scenario) -> Iterator[None]:
    """Have containers of somebody else's, and a neighbour that knows the way to their network."""
    scenario.inside("docker", "compose", "--file", "-", "up", "--detach", stdin=project(scenario.row.address))
    words = ["--name", "by-hand", "--restart", "always", "--no-healthcheck", "--user", "root", "--entrypoint", ""]
    words += ["--publish", "0.0.0.0:7020:7000"]
    scenario.inside("docker", "run", "--detach", *words, IMAGE, *server(7000, udp=7000))
    for version, network, gateway in (
        ("-4", NETWORK, scenario.row.address),
        *([("-6", NETWORK6, scenario.row.address6)] if registry.has_ipv6() else []),
    ):
        run(["docker", "exec", WATCHER.container, "ip", version, "route", "replace", network, "via", gateway])
    yield
    scenario.inside("docker", "rm", "--force", "by-hand", "stranger-inside-1", "stranger-outside-1")
    scenario.inside("docker", "network", "rm", "stranger_own")
    for version, network in (("-4", NETWORK), *([("-6", NETWORK6)] if registry.has_ipv6() else [])):
        run(["docker", "exec", WATCHER.container, "ip", version, "route", "delete", network])


def systemctl(*words: str) -> Callable[[Scenario], None]:
    """Return a step: one call of the host's service manager."""

    def step(scenario: Scenario) -> None:
        scenario.inside("systemctl", *words)

    return step


def empty(scenario: Scenario) -> None:
    """Have nftables.service empty the kernel of every rule, Docker's too, which comes back with a restart of Docker."""
    scenario.inside("systemctl", "restart", "nftables.service")
    scenario.inside("systemctl", "reload", "nftables.service")
    scenario.inside("systemctl", "stop", "nftables.service")
    scenario.inside("nft", "list", "table", "inet", "holdfast")
    scenario.inside("systemctl", "restart", "docker.service")


def reboot(scenario: Scenario) -> None:
    """Boot the host again."""
    run(["docker", "restart", scenario.row.container])
    machines.wait_booted(scenario.row)


def well(scenario: Scenario) -> bool:
    """Tell whether everything on the host runs and is well."""
    names = scenario.inside("docker", "ps", "--all", "--quiet").split()
    states = [each["State"] for each in json.loads(scenario.inside("docker", "inspect", *names))]
    return all(
        (state["Status"], state.get("Health", {}).get("Status", "healthy")) == ("running", "healthy")
        for state in states
    )


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize("place", PLACES)
def test_without_the_rules_the_ways_are_open(scenario: Scenario, place: str) -> None:
    scenario.inside("systemctl", "stop", "holdfast-firewall.service")
    try:
        wanted = {*ways(scenario, place), *DECLARED}
        wait_until("the ways to open", lambda: len(open_ways(scenario, place)) == len(wanted), seconds=scaled(30))
        assert open_ways(scenario, place) == wanted
    finally:
        scenario.inside("systemctl", "start", "holdfast-firewall.service")


STEPS: dict[str, Callable[[Scenario], None]] = {
    "nothing": lambda _scenario: None,
    "a restart of Docker": systemctl("restart", "docker.service"),
    "a reload of the rules": systemctl("reload", "holdfast-firewall.service"),
    "nftables.service, which empties the kernel": empty,
    "a reboot": reboot,
}


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize("step", STEPS)
def test_nothing_undeclared_answers_after(
    scenario: Scenario, site: Site, step: str, figure: Callable[[str], None]
) -> None:
    STEPS[step](scenario)
    wait_until("every container to be well", lambda: well(scenario), seconds=scaled(180))
    wait_until("the site", lambda: site.get("/health").status == 200, seconds=scaled(60))
    for place in PLACES:
        assert open_ways(scenario, place) == set(DECLARED), place
    figure(f"after {step}: {len(ways(scenario, NEIGHBOUR))} undeclared ways closed")

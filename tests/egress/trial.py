# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Two lab hosts: one with the stack, one that plays the internet; and the probe that runs in the stack's containers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from tests.lab import engine, machines
from tests.lab.hosts import find
from tests.lab.paths import ROOT
from tests.lab.shell import run, scaled, succeeds, wait_until
from tests.resume.playbook import Playbook

from .world import API, EVIL, EVIL6, METADATA, NAMES, PRIVATE

HOST, OUTSIDE = find("egress"), find("outside")
INVENTORY = ROOT / "tests/egress/inventory"
LOGS = ROOT / "build/egress"
HERE = Path(__file__).parent
STACK = "ways"
# Single addresses of the networks for examples: a machine may reach its distribution's archive by another one of them.
ADDRESSES = tuple(f"{address}/32" for address in (API, EVIL, NAMES, METADATA, PRIVATE))
WORLD = "/root/world"
# The network of the free services.
FREE6 = "2001:db8:1::/64"
# The machine's engine may have switched the family off for an interface without such an address.
SIX_ON = "sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0"
# Prints the name of the interface with an address.
INTERFACE = """
import fcntl, socket, struct, sys
for _, name in socket.if_nameindex():
    try:
        found = fcntl.ioctl(socket.socket(), 0x8915, struct.pack("256s", name.encode()))
    except OSError:
        continue
    if socket.inet_ntoa(found[20:24]) == sys.argv[1]:
        print(name)
"""


def inside(script: str, host: Any = HOST) -> str:
    """Return what a shell script prints on a host."""
    return run(["docker", "exec", host.container, "sh", "-c", script])


def have_world() -> None:
    """Have the internet: its addresses and servers on one host, the way to them on the other."""
    engine.ensure()
    machines.up([HOST, OUTSIDE])
    own = [f"ip address replace {address} dev eth0" for address in ADDRESSES]
    own += [f"ip -6 address replace {EVIL6}/128 dev eth0 nodad", f"ip -6 route replace {FREE6} via {HOST.address6}"]
    own += ["if systemctl is-active --quiet world.service; then systemctl stop world.service; fi"]
    inside("; ".join([SIX_ON, "set -e", f"mkdir -p {WORLD}", *own]), OUTSIDE)
    text = (HERE / "world.py").read_text(encoding="utf-8")
    run(["docker", "exec", "-i", OUTSIDE.container, "tee", f"{WORLD}/world.py"], stdin=text)
    key = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=world"
    made = f"{key} -keyout key -out pem 2>/dev/null && cat key >> pem"
    inside(
        f"cd {WORLD} && {made} && systemd-run --quiet --collect --unit=world python3 $PWD/world.py $PWD/pem", OUTSIDE
    )
    have_way()
    ready = ["docker", "exec", HOST.container, "timeout", "2", "bash", "-c", f"exec 3<>/dev/tcp/{API}/443"]
    wait_until("the world to answer", lambda: succeeds(ready), seconds=scaled(30))


def neighbour(host: Any) -> str:
    """Return the command that tells where a host's IPv6 address is: a machine's bridge may keep such questions back."""
    return (
        f"ip -6 neigh replace {host.address6} lladdr {inside('cat /sys/class/net/eth0/address', host).strip()} dev eth0"
    )


def have_way() -> None:
    """Have the routes to the world; a boot of the host loses them."""
    inside(neighbour(HOST), OUTSIDE)
    ways = [f"ip route replace {route} via {OUTSIDE.address}" for route in ADDRESSES]
    ways += [f"ip -6 route replace {EVIL6}/128 via {OUTSIDE.address6}"]
    on = "sysctl -qw net.ipv6.conf.all.forwarding=1"
    inside("; ".join([SIX_ON, "set -e", on, neighbour(OUTSIDE), *ways]))


def name_servers(*, world: bool) -> None:
    """Have the host ask the world for names, or those that know its distribution's archive."""
    inside("test -e /root/resolv.conf || cp /etc/resolv.conf /root/resolv.conf")
    inside(f"echo nameserver {NAMES} > /etc/resolv.conf" if world else "cp /root/resolv.conf /etc/resolv.conf")


def declared() -> dict[str, Any]:
    """Return the declaration, to be changed."""
    text = (INVENTORY / "group_vars/stack/stack.yml").read_text(encoding="utf-8")
    stack: dict[str, Any] = yaml.safe_load(text)["holdfast_stack"]
    return stack


def site(name: str, *words: str, playbook: str = "site.yml", stack: dict[str, Any] | None = None) -> str:
    """Run a playbook against the host and return its output. stack: instead of the inventory's declaration.

    Raises AssertionError where it fails.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    if stack is not None:
        extra = LOGS / f"{name}.json"
        extra.write_text(json.dumps({"holdfast_stack": stack}), encoding="utf-8")
        words = (*words, "-e", f"@{extra}")
    with Playbook(LOGS / f"{name}.log", *words, playbook=playbook, inventory=INVENTORY) as started:
        status = started.wait()
    assert status == 0, started.text()[-6000:]
    return started.text()


def container(service: str) -> str:
    """Return the name of a service's container."""
    return f"{STACK}-blue-{service}-1"


def inspected(service: str) -> dict[str, Any]:
    """Return what the host's engine says of a container."""
    found: list[dict[str, Any]] = json.loads(inside(f"docker inspect {container(service)}"))
    return found[0]


def probe(service: str) -> dict[str, dict[str, dict[str, str]]]:
    """Try every way out of a service's container. Return ways, listed and stores: each open or closed, and by what."""
    networks = inspected(service)["NetworkSettings"]["Networks"]
    outward = next(name for name in sorted(networks) if any(word in name for word in ("front", "egress-", "observe-")))
    # The engine tells no gateway of an internal network there.
    asked = f"docker network inspect -f '{{{{(index .IPAM.Config 0).Gateway}}}}' {outward}"
    sibling = inspected("other")["NetworkSettings"]["Networks"]["ways-blue_front"]["IPAddress"]
    enter = ["docker", "exec", "-i", HOST.container, "docker", "exec", "-i", "-u", "0", container(service), "python3"]
    given = {
        "gateway": networks[outward]["Gateway"] or inside(asked).strip(),
        "interface": run([*enter, "-c", INTERFACE, networks[outward]["IPAddress"]]).strip(),
        "host": HOST.address,
        "sibling": sibling,
    }
    text = (HERE / "probe.py").read_text(encoding="utf-8")
    result: dict[str, dict[str, dict[str, str]]] = json.loads(run([*enter, "-", json.dumps(given)], stdin=text))
    return result


def reboot() -> None:
    """End the host as a loss of power does, and boot it; then the way to the world is there again."""
    run(["docker", "kill", HOST.container])
    run(["docker", "start", HOST.container])
    machines.wait_booted(HOST)
    have_way()


def well() -> None:
    """Wait until the containers that were running run again."""
    names = " ".join(container(each) for each in ("free", "other", "agent", "strict", "watched"))
    # Also a reason to wait: while the engine starts it does not answer.
    asked = f"docker inspect -f '{{{{.State.Health.Status}}}}' {names}"
    script = f'told=$({asked}) && test "$(echo "$told" | sort -u)" = healthy'
    ask = ["docker", "exec", HOST.container, "sh", "-c", script]
    wait_until("the containers", lambda: succeeds(ask), seconds=scaled(90), every=1)

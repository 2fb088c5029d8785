# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who guesses is kept out, of containers' ports too, and let in again; others and administrators are not.

The guesser is a network of its own on the lab host, behind an interface that is none of Docker's: to the host it is
somebody from outside, with an address that nobody else has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.acceptance.scenarios import Scenario
from tests.acceptance.web import Site
from tests.lab.shell import LabError, scaled, wait_until

SPACE, LINK, NEAR, GUESSER = "guesser", "guess0", "198.51.100.1", "198.51.100.9"
SET_UP = f"""
ip netns add {SPACE}
ip link add {LINK} type veth peer name eth0 netns {SPACE}
ip addr add {NEAR}/24 dev {LINK}; ip link set {LINK} up
ip -n {SPACE} addr add {GUESSER}/24 dev eth0; ip -n {SPACE} link set eth0 up; ip -n {SPACE} link set lo up
ip -n {SPACE} route add default via {NEAR}
"""
JAIL = "holdfast-edge"
LOG, WAITING = "/var/log/fail2ban.log", "/var/lib/holdfast/guard/trial/pending"
BURST, LOOKS = 70, 8
# Asks for what nobody's password opens until it is not answered any more, and prints the statuses.
GUESS = """
import http.client, socket, ssl, sys
address, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
def dial():
    made = http.client.HTTPSConnection(name, timeout=3)
    made.sock = context.wrap_socket(socket.create_connection((address, 443), timeout=3), server_hostname=name)
    return made
try:
    connection = dial()
    for _ in range(count):
        connection.request("GET", "/private")
        answer = connection.getresponse()
        answer.read()
        print(answer.status)
except OSError as problem:
    print(type(problem).__name__)
"""
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=2); print('open')"


@pytest.fixture(scope="module", autouse=True)
def guesser(scenario: Scenario) -> Iterator[None]:
    """Have somebody else outside."""
    scenario.inside("sh", "-eu", "-c", SET_UP)
    yield
    for jail in (JAIL, "sshd"):
        scenario.inside("fail2ban-client", "set", jail, "unbanip", GUESSER)
    scenario.inside("ip", "netns", "delete", SPACE)


def as_guesser(scenario: Scenario, *words: str, stdin: str | None = None) -> str:
    """Return what a program prints that has the guesser's network alone."""
    return scenario.inside("ip", "netns", "exec", SPACE, *words, stdin=stdin)


def guess(scenario: Scenario, site: Site, count: int) -> list[str]:
    """Return what came of so many guesses."""
    return as_guesser(scenario, "python3", "-", scenario.row.address, site.name, str(count), stdin=GUESS).split()


def opens(scenario: Scenario, port: int) -> bool:
    """Tell whether the guesser reaches a port of the host."""
    try:
        return as_guesser(scenario, "python3", "-c", CONNECT, scenario.row.address, str(port)).strip() == "open"
    except LabError:
        return False


def banned(scenario: Scenario, jail: str) -> list[str]:
    """Return whom a jail keeps out."""
    found: list[str] = scenario.inside("fail2ban-client", "get", jail, "banip").split()
    return found


def foreign_rules(scenario: Scenario) -> list[object]:
    """Return every rule of tables that are not fail2ban's, without counters."""
    listed = json.loads(scenario.inside("nft", "--json", "--stateless", "list", "ruleset"))["nftables"]
    rules = [each["rule"] for each in listed if "rule" in each]
    return [each for each in rules if each["table"] != "holdfast_bans"]


def test_who_guesses_at_the_edge_is_kept_out_and_let_in_again(scenario: Scenario, site: Site) -> None:
    before = foreign_rules(scenario)
    assert guess(scenario, site, 1) == ["401"]
    guess(scenario, site, BURST)
    wait_until("the ban", lambda: banned(scenario, JAIL) == [GUESSER], seconds=scaled(10))
    # Both go to nginx's container; an open connection ends, too.
    assert not opens(scenario, 443)
    assert not opens(scenario, 80)
    assert opens(scenario, 22) == (22 not in scenario.for_the_controller)
    assert site.get("/health").status == 200, "others are served"
    assert foreign_rules(scenario) == before, "others' tables are left alone"
    scenario.inside("fail2ban-client", "set", JAIL, "unbanip", GUESSER)
    assert opens(scenario, 443)
    assert guess(scenario, site, 1) == ["401"]


def test_who_guesses_at_ssh_is_kept_out(scenario: Scenario) -> None:
    if 22 in scenario.for_the_controller:
        assert not opens(scenario, 22), "the packet filter lets nobody else guess"
        return
    scenario.inside("sh", "-c", "test -e /root/guess || ssh-keygen -q -t ed25519 -N '' -f /root/guess")
    words = [
        "ssh",
        "-i",
        "/root/guess",
        "-o",
        "BatchMode=yes",
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "ConnectTimeout=2",
    ]
    words += ["-o", "UserKnownHostsFile=/dev/null", f"root@{scenario.row.address}", "true"]

    for _ in range(LOOKS):
        assert opens(scenario, 22), "who only looks whether it answers guesses nothing"
    # sshd itself makes who fails wait longer each time: one is enough here.
    scenario.inside("fail2ban-client", "set", "sshd", "maxretry", "1")
    scenario.inside("mkdir", "--parents", WAITING)
    with pytest.raises(LabError, match="Permission denied"):
        as_guesser(scenario, *words)
    ignored = f"Ignore {GUESSER} by command"
    wait_until("the guess to be seen", lambda: ignored in scenario.inside("cat", LOG), seconds=scaled(10))
    assert banned(scenario, "sshd") == [], "a change of access waits for its login"
    scenario.inside("rmdir", WAITING, WAITING.rpartition("/")[0])
    with pytest.raises(LabError, match="Permission denied"):
        as_guesser(scenario, *words)
    wait_until("the ban", lambda: banned(scenario, "sshd") == [GUESSER], seconds=scaled(10))
    scenario.inside("fail2ban-client", "set", "sshd", "maxretry", "6")
    assert not opens(scenario, 22)
    assert opens(scenario, 443), "the edge is another door"
    scenario.inside("fail2ban-client", "set", "sshd", "unbanip", GUESSER)
    assert opens(scenario, 22)

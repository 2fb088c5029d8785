# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who looks at a host from outside, and what they find: the controller, and a second host in the same network."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import scan
from tests.acceptance.scenarios import WATCHER
from tests.lab import ssh
from tests.lab.shell import run

CONTROLLER, NEIGHBOUR = "the controller", "another host"
PLACES = {CONTROLLER: [sys.executable], NEIGHBOUR: [*ssh.command(WATCHER, "root"), "python3"]}
SCAN = Path(scan.__file__).read_text(encoding="utf-8")
_ALL = """
import json, sys
json.dump({address: scan(address) for address in sys.argv[1:]}, sys.stdout)
"""
# One connection each: an open port of a container that has just started may take a moment.
_SOME = """
import json, sys
wanted = json.loads(sys.argv[1])
def opens(address, port):
    try:
        with socket.create_connection((address, port), timeout=3):
            return True
    except OSError:
        return False
def answers(address, port):
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.settimeout(1)
        for _ in range(2):
            try:
                made.sendto(b"ping", (address, port))
                return made.recv(16) == b"ping"
            except OSError:
                continue
    return False
tried = {name: (answers if udp else opens)(address, port) for name, (address, port, udp) in wanted.items()}
json.dump(tried, sys.stdout)
"""


_STATUS = """
import http.client, socket, ssl, sys
address, name, path = sys.argv[1:]
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
connection = http.client.HTTPSConnection(name, timeout=10)
connection.sock = context.wrap_socket(socket.create_connection((address, 443), timeout=10), server_hostname=name)
connection.request("GET", path)
print(connection.getresponse().status)
"""


def status_for_a_neighbour(address: str, name: str, path: str) -> int:
    """Return the status of one HTTPS request from the other host; whose certificate it is does not matter here."""
    return int(run([*PLACES[NEIGHBOUR], "-", address, name, path], stdin=_STATUS))


def scanned(place: str, addresses: Sequence[str]) -> dict[str, list[int]]:
    """Return the open TCP ports of each address, all of them tried from a place."""
    found: dict[str, list[int]] = json.loads(run([*PLACES[place], "-", *addresses], stdin=SCAN + _ALL))
    assert set(found) == set(addresses)
    return found


def reached(place: str, ways: Mapping[str, tuple[str, int, bool]]) -> dict[str, bool]:
    """Return which ways lead somewhere from a place. ways: address, port and whether it is UDP, by a name."""
    # SSH hands the words to a shell.
    words = json.dumps(ways) if place == CONTROLLER else shlex.quote(json.dumps(ways))
    found: dict[str, bool] = json.loads(run([*PLACES[place], "-", words], stdin=SCAN + _SOME))
    return found

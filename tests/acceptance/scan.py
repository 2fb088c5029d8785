# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which TCP ports of an address take connections: every one of them is tried. Runs anywhere, and prints JSON.

usage: python3 scan.py ADDRESS...
"""

from __future__ import annotations

import errno
import json
import resource
import selectors
import socket
import sys
import time

PORTS = range(1, 65536)
AT_ONCE = 400
# A refusal comes back within a millisecond on one wire; a port that says nothing for this long is filtered.
WAIT_SECONDS = 1.5
# A scan whose ports are all filtered ends by itself.
LIMIT_SECONDS = 300


def dial(address: str, port: int) -> tuple[socket.socket | None, bool]:
    """Return a socket that is still connecting, or whether the port took the connection at once."""
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    made.setblocking(False)
    result = made.connect_ex((address, port))
    if result == errno.EINPROGRESS:
        return made, False
    made.close()
    return None, result == 0


def batch(address: str, ports: range) -> set[int]:
    """Return the open ones of a few ports."""
    found = set()
    with selectors.DefaultSelector() as waiting:
        for port in ports:
            connecting, connected = dial(address, port)
            if connected:
                found.add(port)
            elif connecting is not None:
                waiting.register(connecting, selectors.EVENT_WRITE, port)
        deadline = time.monotonic() + WAIT_SECONDS
        while waiting.get_map() and time.monotonic() < deadline:
            for key, _ in waiting.select(deadline - time.monotonic()):
                made = key.fileobj
                assert isinstance(made, socket.socket)
                if made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                    found.add(int(key.data))
                waiting.unregister(made)
                made.close()
        for key in list(waiting.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
    return found


def scan(address: str) -> list[int]:
    """Return the ports that take connections, in order. Raises TimeoutError where the scan takes too long."""
    started, found = time.monotonic(), set()
    for first in range(PORTS.start, PORTS.stop, AT_ONCE):
        if time.monotonic() - started > LIMIT_SECONDS:
            raise TimeoutError(f"{address}: {first - 1} ports in {LIMIT_SECONDS} s")
        found |= batch(address, range(first, min(first + AT_ONCE, PORTS.stop)))
    return sorted(found)


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, AT_ONCE + 64)), hard))
    json.dump({address: scan(address) for address in sys.argv[1:]}, sys.stdout)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which TCP ports of an address take connections: every one of them is tried, from where this runs.

It stands by itself, so that any machine with a Python can be the stranger: the file alone is enough.
"""

from __future__ import annotations

import errno
import os
import resource
import selectors
import socket
import time

PORTS = range(1, 65536)
AT_ONCE = 2000
# Files that a process has open anyhow.
SPARE = 64
# Long enough for a lost first packet to be sent again (RFC 6298: after one second).
WAIT_SECONDS = 1.5
# A scan whose ports all say nothing ends by itself.
LIMIT_SECONDS = 300


def dial(address: str, port: int) -> tuple[socket.socket | None, bool]:
    """Return a socket that is still connecting, or whether the port took the connection at once.

    Raises OSError where this machine sends nothing there: no route, no such network, or a rule of its own. Such a port
    was not tried; only one that was refused is closed.
    """
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    made.setblocking(False)
    result = made.connect_ex((address, port))
    if result == errno.EINPROGRESS:
        return made, False
    made.close()
    if result not in (0, errno.ECONNREFUSED):
        raise OSError(result, f"no way to port {port} of {address}: {os.strerror(result)}")
    return None, result == 0


def batch(address: str, ports: range) -> set[int]:
    """Return the open ones of a few ports."""
    found: set[int] = set()
    sockets: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as waiting:
        for port in ports:
            connecting, connected = dial(address, port)
            if connected:
                found.add(port)
            elif connecting is not None:
                sockets[port] = connecting
                waiting.register(connecting, selectors.EVENT_WRITE, port)
        deadline = time.monotonic() + WAIT_SECONDS
        while waiting.get_map() and time.monotonic() < deadline:
            for key, _ in waiting.select(max(0.0, deadline - time.monotonic())):
                made = sockets.pop(key.data)
                if made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                    found.add(int(key.data))
                waiting.unregister(made)
                made.close()
    for silent in sockets.values():
        silent.close()
    return found


def many() -> int:
    """Return how many ports are tried at once: as many as this process may have files open, at most AT_ONCE."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = AT_ONCE + SPARE
    wanted = most if hard == resource.RLIM_INFINITY else min(hard, most)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max(1, min(most, most if soft == resource.RLIM_INFINITY else soft) - SPARE)


def scan(address: str, ports: range = PORTS) -> list[int]:
    """Return the ports that take connections, in order.

    Raises TimeoutError where the scan takes too long, OSError where there is no way to the address.
    """
    started, at_once, found = time.monotonic(), many(), set()
    for first in range(ports.start, ports.stop, at_once):
        if time.monotonic() - started > LIMIT_SECONDS:
            raise TimeoutError(f"{address}: {first - ports.start} ports in {LIMIT_SECONDS} s")
        found |= batch(address, range(first, min(first + at_once, ports.stop)))
    return sorted(found)

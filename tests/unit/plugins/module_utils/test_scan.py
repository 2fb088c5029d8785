# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The scan, on sockets of this machine's own loopback."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from unittest import mock

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import scan

LOOPBACK = "127.0.0.1"


@pytest.fixture
def listening() -> Iterator[int]:
    """Return a port that takes connections."""
    with socket.socket() as made:
        made.bind((LOOPBACK, 0))
        made.listen()
        yield made.getsockname()[1]


def test_open_ports_are_found_and_closed_ones_are_not(listening: int) -> None:
    around = range(max(1, listening - 20), min(65536, listening + 20))
    found = scan.scan(LOOPBACK, around)
    assert listening in found
    with socket.socket() as made:
        made.bind((LOOPBACK, 0))
        # Bound, and nobody listens.
        port = made.getsockname()[1]
        assert scan.scan(LOOPBACK, range(port, port + 1)) == []


@pytest.mark.parametrize(
    "name", ["ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "EPERM", "EACCES", "EADDRNOTAVAIL", "EINVAL"]
)
def test_a_port_that_this_machine_does_not_try_is_an_error(name: str) -> None:
    with (
        mock.patch.object(socket.socket, "connect_ex", return_value=getattr(errno, name)),
        pytest.raises(OSError, match="no way to port 80 of 203"),
    ):
        scan.scan("203.0.113.1", range(80, 81))


def test_a_port_that_is_refused_at_once_is_closed() -> None:
    with mock.patch.object(socket.socket, "connect_ex", return_value=errno.ECONNREFUSED):
        assert scan.scan("203.0.113.1", range(80, 81)) == []


def test_a_scan_that_gets_nowhere_ends() -> None:
    with mock.patch.object(scan, "LIMIT_SECONDS", -1), pytest.raises(TimeoutError, match="0 ports in -1 s"):
        scan.scan(LOOPBACK, range(1, 3))


@pytest.mark.parametrize(
    ("limits", "many"),
    [((1024, 1024), 960), ((100_000, 200_000), scan.AT_ONCE), ((1024, 100_000), scan.AT_ONCE), ((65, 65), 1)],
)
def test_as_many_at_once_as_may_be(limits: tuple[int, int], many: int) -> None:
    with (
        mock.patch("resource.getrlimit", return_value=limits),
        mock.patch("resource.setrlimit") as raised,
    ):
        assert scan.many() == many
    assert raised.called == (limits[0] < min(limits[1], scan.AT_ONCE + scan.SPARE))

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

import pytest

from tests.lab.machines import name_servers


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        ("nameserver 192.0.2.53\nnameserver 2001:db8::53\n", ["192.0.2.53", "2001:db8::53"]),
        ("# nameserver 192.0.2.1\nsearch example.org\nnameserver 127.0.0.53\noptions edns0\n", []),
        ("nameserver ::1\nnameserver\nnameserver 192.0.2.53 # two\n", ["192.0.2.53"]),
        ("", []),
    ],
)
def test_name_servers_on_the_loopback_are_of_no_use_to_a_host(text: str, servers: list[str]) -> None:
    assert name_servers(text) == servers

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab import machines, ssh
from tests.lab.hosts import find
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


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("LAB_KEY=ssh-ed25519 own\nLAB_DNS=192.0.2.53\n", True),
        ("LAB_KEY=ssh-ed25519 other\nLAB_DNS=192.0.2.53\n", False),
        ("LAB_DNS=192.0.2.53\n", False),
    ],
)
def test_a_host_of_another_checkout_is_told_by_its_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environment: str, expected: bool
) -> None:
    key = tmp_path / "key.pub"
    key.write_text("ssh-ed25519 own\n")
    monkeypatch.setattr(machines, "run", lambda _words: environment)
    monkeypatch.setattr(ssh, "ensure_key", lambda: key)
    assert machines.ours(find("mol-a")) is expected

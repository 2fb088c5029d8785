# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a declaration says of access: whole and wrong."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.spec.access import Access, Open
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section


def test_everything_declared() -> None:
    raw = {
        "root": "never",
        "ssh_from": ["203.0.113.0/24"],
        "ssh_ports": [22, 2222],
        "open": [{"port": 51820, "protocol": "udp", "why": "WireGuard"}],
    }
    opened = (Open(port=51820, protocol="udp", why="WireGuard"),)
    wanted = Access(root="never", ssh_from=("203.0.113.0/24",), ssh_ports=(22, 2222), open=opened)
    assert Section(shape=Access).read(raw, "access") == (wanted, [])


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({"ssh_from": ["everywhere"]}, "access.ssh_from[0]"),
        ({"ssh_ports": [0]}, "access.ssh_ports[0]"),
        ({"open": [{"port": 9100}]}, "access.open[0].why"),
        ({"open": [{"port": 9100, "why": 'a "quote"'}]}, "access.open[0].why"),
        ({"open": [{"port": 9100, "why": "x", "from": []}]}, "access.open[0].from"),
        ({"ssh_form": []}, "access.ssh_form"),
    ],
)
def test_what_is_wrong_is_told(raw: object, path: str) -> None:
    _, findings = Section(shape=Access).read(raw, "access")
    assert [each.path for each in findings] == [path]

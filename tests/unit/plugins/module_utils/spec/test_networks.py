# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Addresses and networks of a declaration."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.spec.networks import NETWORK, of_version


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7/32", "203.0.113.7"),
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("2001:db8::1/128", "2001:db8::1"),
    ],
)
def test_a_network_is_read_into_its_shortest_form(raw: str, value: str) -> None:
    assert NETWORK.read(raw, "x") == (value, [])


@pytest.mark.parametrize("raw", ["203.0.113.7/24", "203.0.113.0/33", "www.example.org", "", 7, None, ["203.0.113.7"]])
def test_anything_else_is_refused(raw: object) -> None:
    value, findings = NETWORK.read(raw, "access.ssh_from[0]")
    assert value is None
    assert [each.path for each in findings] == ["access.ssh_from[0]"]


def test_bits_of_a_host_are_told_with_the_network() -> None:
    assert NETWORK.read("203.0.113.7/24", "x")[1][0].hint == "the network is 203.0.113.0/24"


def test_versions_are_kept_apart_and_none_lies_in_another() -> None:
    networks = ["203.0.113.7", "2001:db8::/32", "203.0.113.0/24", "198.51.100.0/25", "198.51.100.128/25"]
    assert of_version(networks, 4) == ["198.51.100.0/24", "203.0.113.0/24"]
    assert of_version(networks, 6) == ["2001:db8::/32"]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The wishes for kernel values: names that a kernel knows, owners that are ranked."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.kernel_state import OF_MODULES, location
from ansible_collections.holdfast.host.plugins.module_utils.plan.kernel_rows import OWNERS, Machine, rows
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB

ALL = Machine(memory_bytes=GIB, stores=frozenset({"redis", "postgres", "search"}), forks=True, ports=(15672, 80))


def test_this_kernel_knows_every_name_or_needs_a_module_for_it() -> None:
    missing = {row.name for row in rows(ALL) if not location(row.name).exists()}
    assert {name for name in missing if not name.startswith(tuple(OF_MODULES))} == set()


def test_every_wish_has_a_ranked_owner_and_a_reason() -> None:
    assert {row.owner for row in rows(ALL)} <= set(OWNERS)
    assert all(row.reason and "\n" not in row.reason for row in rows(ALL))


def test_what_a_machine_needs_of_ipv6_is_left_alone() -> None:
    def values(machine: Machine) -> dict[str, str]:
        return {row.name: row.value for row in rows(machine) if ".ipv6." in row.name and "redirect" not in row.name}

    plain = values(Machine(memory_bytes=GIB))
    closed = {f"net.ipv6.conf.{which}.{what}" for which in ("all", "default") for what in ("accept_ra", "forwarding")}
    assert {name: plain[name] for name in closed} == dict.fromkeys(closed, "0")
    learns = values(Machine(memory_bytes=GIB, learns_ipv6=True))
    assert {name for name in closed if name in learns} == {name for name in closed if name.endswith("forwarding")}
    forwards = values(Machine(memory_bytes=GIB, forwards_ipv6=True))
    assert {name for name in closed if name in forwards} == {name for name in closed if name.endswith("accept_ra")}
    assert values(Machine(memory_bytes=GIB, secured=False)) == {}


def test_published_ports_are_kept_from_outgoing_connections() -> None:
    values = {row.name: row.value for row in rows(ALL)}
    assert values["net.ipv4.ip_local_reserved_ports"] == "15672"

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


def test_advertisements_are_left_alone_where_the_kernel_may_need_them() -> None:
    def read(machine: Machine) -> set[str]:
        return {f"{row.name} = {row.value}" for row in rows(machine) if row.name.endswith("accept_ra")}

    closed = {"net.ipv6.conf.all.accept_ra = 0", "net.ipv6.conf.default.accept_ra = 0"}
    assert read(Machine(memory_bytes=GIB)) == closed
    assert read(Machine(memory_bytes=GIB, advertised=True)) == set()
    assert read(Machine(memory_bytes=GIB, secured=False)) == set()
    # Docker turns it on for a network that is made by hand, and a run would cut that off.
    assert not [row.name for row in rows(ALL) if row.name.startswith("net.ipv6") and row.name.endswith("forwarding")]


def test_published_ports_are_kept_from_outgoing_connections() -> None:
    values = {row.name: row.value for row in rows(ALL)}
    assert values["net.ipv4.ip_local_reserved_ports"] == "15672"

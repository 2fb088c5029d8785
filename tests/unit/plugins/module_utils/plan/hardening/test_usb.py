# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which USB devices are let in, and where nobody asks."""

from __future__ import annotations

from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import usb
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around, Concern


def found(**given: Any) -> Concern:
    return usb.concern(Around(os_id="debian", **{"programs": frozenset({usb.BUS}), **given}))


def classes(**given: Any) -> list[str]:
    return [name for name, _, _ in found(**given).files[usb.RULES]]


def test_keyboards_and_hubs_are_let_in_and_nothing_else() -> None:
    assert classes() == ["03:*:*", "09:*:*"]
    assert ("ImplicitPolicyTarget", "block") in [row[:2] for row in found().assigned[usb.CONFIG].rows]


def test_sticks_are_let_in_where_their_module_is() -> None:
    assert set(classes(kept_modules=frozenset({"usb-storage"}))) - set(classes()) == {"08:*:*"}


def test_a_machine_without_the_bus_has_no_daemon() -> None:
    none = found(programs=frozenset())
    assert not any((none.packages, none.files, none.assigned, none.units))


def test_a_container_leaves_the_bus_to_its_machine_and_says_so() -> None:
    inside = found(container=True)
    assert not any((inside.packages, inside.files, inside.assigned))
    assert inside.units["usbguard.service"].kernel

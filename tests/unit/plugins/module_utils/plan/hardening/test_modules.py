# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which kernel modules stay out."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import modules
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around


def names(**given: Any) -> set[str]:
    found = modules.concern(Around(os_id="debian", **given))
    return {name for name, _, _ in found.files[modules.PATH]}


@pytest.mark.parametrize("needed", ["overlay", "br_netfilter", "veth", "nf_tables", "nf_conntrack"])
def test_what_containers_are_made_of_may_be_loaded(needed: str) -> None:
    assert needed not in names()


def test_what_nobody_needs_stays_out() -> None:
    assert {"cramfs", "usb-storage", "dccp", "squashfs"} <= names()


def test_snapd_keeps_its_filesystem() -> None:
    assert names() - names(programs=frozenset({"snapd"})) == {"squashfs"}


def test_what_is_declared_may_be_loaded() -> None:
    assert names() - names(kept_modules=frozenset({"usb-storage"})) == {"usb-storage"}

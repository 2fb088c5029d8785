# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a host shows besides its containers: each concern looks, and says how that differs from the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.verify import (
    access_log,
    backup,
    egress,
    engine,
    firewall,
    hardening,
    kernel,
    kit,
    sshd,
    volume,
)

CONCERNS = {
    "kernel": kernel,
    "sshd": sshd,
    "firewall": firewall,
    "egress": egress,
    "engine": engine,
    "hardening": hardening,
    "volume": volume,
    "access_log": access_log,
    "backup": backup,
    "kit": kit,
}


def observe(expect: Mapping[str, Any]) -> dict[str, Any]:
    """Return what each concern sees, by its name."""
    return {name: concern.observe(expect) for name, concern in CONCERNS.items()}


def differences(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield every difference of every concern."""
    for concern in CONCERNS.values():
        yield from concern.differences(expect, seen)

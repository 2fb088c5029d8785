# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Kernel values: read from what runs, and compared with the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import kernel_state
from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR, WARNING, Finding


def observe(expect: Mapping[str, Any]) -> dict[str, Any]:
    """Return the running value of each planned name (None where it is not there), and whether this is a container."""
    return {"values": kernel_state.live(expect.get("kernel", {})), "container": kernel_state.in_container()}


def differences(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield every value that differs: a warning where this machine cannot hold it, else an error."""
    shown = seen.get("kernel", {"values": {}, "container": False})
    for name, wanted in expect.get("kernel", {}).items():
        live = shown["values"].get(name)
        if live is None:
            rule = f"must be {wanted}, and cannot be held here: {kernel_state.absent(name)}"
            yield Finding(path=f"kernel.{name}", rule=rule, hint="not checked", level=WARNING)
        elif not kernel_state.same(wanted, live) and shown["container"]:
            rule = f"must be {wanted}, and cannot be held here: a container has no kernel of its own"
            yield Finding(path=f"kernel.{name}", value=live, rule=rule, hint="set it on its machine", level=WARNING)
        elif not kernel_state.same(wanted, live):
            hint = "look for its name in /etc/sysctl.d and /etc/sysctl.conf, then run site.yml again"
            yield Finding(path=f"kernel.{name}", value=live, rule=f"must be {wanted}", hint=hint, level=ERROR)

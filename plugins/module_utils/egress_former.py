# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Services whose list is another one by now, or none, and whose containers are still on the networks of the old one.

Containers are replaced last. Until then they ask the gate where they always did: it serves them as it did.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from ansible_collections.holdfast.host.plugins.module_utils.networks import Network, occupied

# What the gate and its rules read of a service; another version may have written less.
NEEDED = frozenset(
    {"name", "mode", "network", "bridge", "gateway", "allow", "inside", "private", "doors", "names_door"}
)


def known(config: Path) -> list[dict[str, Any]]:
    """Return the services that the gate knows by its configuration, those of earlier lists included. Raises OSError."""
    try:
        given = json.loads(config.read_text(encoding="utf-8"))
        found = [dict(each) for each in given["services"]]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # What is damaged is written anew by this run, which must not end here; the gate serves nobody by it either.
        return []
    return [each for each in found if set(each) >= NEEDED]


def former(run: Run, config: Path, planned: Collection[str], label: str) -> dict[str, Any]:
    """Return networks and services of earlier lists that containers are still on. planned: names of today's networks.

    Raises NetworkError where the engine does not answer, and OSError.
    """
    left: Sequence[Network] = [each for each in occupied(run, label) if each.name not in planned]
    names = {each.name for each in left}
    networks = [{"name": each.name, "bridge": each.bridge, "internal": each.internal} for each in left]
    return {"networks": networks, "services": [each for each in known(config) if each["network"] in names]}

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Who gets into the machine, and which of its doors are looked after."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import Choice, Flag
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import key


@dataclass(frozen=True, kw_only=True)
class Access:
    """How people and the controller log in."""

    root: str = key(
        Choice(choices=("key", "never")),
        "how root logs in over SSH",
        default="key",
        example="never",
    )
    forwarding: bool = key(
        Flag(), "let those who log in forward ports, sockets and agents through SSH", default=False, example="true"
    )


@dataclass(frozen=True, kw_only=True)
class Hardening:
    """Which concerns of the machine's security are looked after; each can be left to somebody else."""

    sshd: bool = key(Flag(), "the settings of the SSH server", default=True, example="false")

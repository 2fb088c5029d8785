# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The disk of its own for what containers keep: what is mounted there, compared with the plan."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.host_parse import parse_mountinfo

MOUNTS = Path("/proc/self/mountinfo")


def number(device: str) -> str | None:
    """Return a block device's number as mountinfo has it, major:minor; None where there is no such device."""
    try:
        found = Path(device).stat().st_rdev
    except OSError:
        return None
    return f"{os.major(found)}:{os.minor(found)}"


def observe(expect: Mapping[str, Any], mounts: Path = MOUNTS) -> dict[str, Any] | None:
    """Return the declared disk's number and what is mounted in its place; None where no disk is declared."""
    wanted = expect.get("volume")
    if wanted is None:
        return None
    # A later mount hides an earlier one.
    at = [line for line in parse_mountinfo(mounts.read_text(encoding="utf-8")) if line.path == wanted["path"]]
    there = {"number": at[-1].dev, "source": at[-1].source} if at else None
    return {"wanted": number(wanted["source"]), "there": there}


def differences(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a finding where the data does not lie on the declared disk."""
    wanted, found = expect.get("volume"), seen.get("volume")
    if wanted is None or found is None:
        return
    there = found["there"]
    if there is None or found["wanted"] is None or there["number"] != found["wanted"]:
        value = there["source"] if there else "the system's disk"
        rule = f"must be {wanted['source']}, mounted at {wanted['path']}"
        hint = f"systemctl status $(systemd-escape --path --suffix=mount {wanted['path']}); run site.yml"
        yield Finding(path="volume", value=value, rule=rule, hint=hint)

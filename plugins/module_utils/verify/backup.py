# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Backups, as the repositories themselves last told: their own program reads them, and its findings are verify's."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.command import Run, runner
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding

# The program reads them every five minutes.
OLD_SECONDS = 1200
PATH = "backup.truth"
LISTED = ("systemctl", "list-units", "--plain", "--no-legend", "--state=active")


def observe(expect: Mapping[str, Any], run: Run | None = None) -> dict[str, Any] | None:
    """Return what was read last, its age in seconds, the timers that do not run, and those that nobody declared.

    None where nothing is copied.
    """
    wanted = expect.get("backup")
    if wanted is None:
        return None
    ask = run or runner()
    states = ask(["systemctl", "is-active", *wanted["timers"]], "").out.split()
    # Where systemd says nothing of a timer, nobody knows that it runs.
    idle = [name for name, state in zip_longest(wanted["timers"], states[: len(wanted["timers"])]) if state != "active"]
    listed = ask([*LISTED, "holdfast-backup-*.timer"], "").out.splitlines()
    names = [line.split()[0] for line in listed if line.strip()]
    undeclared = [name for name in names if name not in wanted["timers"]]
    try:
        told = json.loads(Path(wanted["truth"]).read_text(encoding="utf-8"))
        findings = [Finding(**each).as_dict() for each in told["findings"]]
        known = {"age": time.time() - told["at"], "findings": findings, "truths": told["truths"]}
    except (OSError, ValueError, KeyError, TypeError) as problem:
        known = {"error": f"{wanted['truth']}: {problem}"}
    return {"idle": idle, "undeclared": undeclared, **known}


def differences(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what keeps the backups from being what was promised."""
    wanted, found = expect.get("backup"), seen.get("backup")
    if wanted is None or found is None:
        return
    for name in found["idle"]:
        rule, hint = "must run", f"systemctl enable --now {name}"
        yield Finding(path=f"backup.{name}", value="does not run", rule=rule, hint=hint)
    for name in found["undeclared"]:
        rule, hint = "must not run: it is not declared", f"systemctl disable --now {name}"
        yield Finding(path=f"backup.{name}", value="runs", rule=rule, hint=hint)
    if "error" in found:
        hint = "holdfast-backup truth"
        yield Finding(path=PATH, value=found["error"], rule="the repositories must have been read", hint=hint)
        return
    if found.get("age", 0) > OLD_SECONDS:
        rule = f"the repositories must have been read within {OLD_SECONDS // 60} min"
        hint = "journalctl -u holdfast-backup@truth"
        yield Finding(path=PATH, value=f"{found['age'] / 60:.0f} min ago", rule=rule, hint=hint)
    for each in found.get("findings", ()):
        yield Finding(**each)

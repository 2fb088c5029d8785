# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The edge's log of requests: whether it is looked after, within its bounds, and as old as declared."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import access_log, unit_state
from ansible_collections.holdfast.host.plugins.module_utils.command import Run, runner
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.access_log import SERVICE, TIMER
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes

RERUN = "run site.yml again"
# A file spans up to a day, and the timer may have slept through one.
SLACK_DAYS = 2
PATH = "access_log"


def _json(path: Path) -> dict[str, Any]:
    """Return an object that lies there; nothing where it is not there or is no such object."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def observe(
    expect: Mapping[str, Any], run: Run | None = None, config: Path = access_log.CONFIG, state: Path = access_log.STATE
) -> dict[str, Any]:
    """Return settings, state of the units, the archives' ages in days and all bytes, the oldest first."""
    wanted = expect.get("access_log")
    if not wanted:
        return {}
    ask, now = run or runner(), time.time()
    shown = ask(["systemctl", "show", "--property=ActiveState,UnitFileState,Result", TIMER, SERVICE], "")
    directory = Path(wanted["directory"])
    current, held = directory / wanted["file"], access_log.archives(directory) if directory.is_dir() else []
    cut = _json(state).get("cut_until")
    return {
        "settings": _json(config),
        "units": unit_state.parse_blocks(shown.out, [TIMER, SERVICE]) if shown.status == 0 else {},
        "current": current.exists(),
        "bytes": sum(each.size for each in held) + (current.stat().st_size if current.exists() else 0),
        "oldest_days": (now - held[0].ended) / access_log.DAY if held else 0.0,
        "cut_days": None if cut is None else (now - cut) / access_log.DAY,
    }


def differences(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield every difference; a warning where lines went before their time because there was no room for them."""
    wanted, shown = expect.get("access_log"), seen.get("access_log")
    if not wanted or not shown:
        return
    if shown["settings"] != wanted:
        yield Finding(path=f"{PATH}.settings", value=shown["settings"], rule=f"must be {wanted}", hint=RERUN)
    timer, service = (shown["units"].get(name, {}) for name in (TIMER, SERVICE))
    if (timer.get("ActiveState"), timer.get("UnitFileState")) != ("active", "enabled"):
        rule, hint = "must be active, now and after a boot", f"systemctl status {TIMER}"
        yield Finding(path=f"{PATH}.{TIMER}", value=timer.get("ActiveState"), rule=rule, hint=hint)
    if service.get("Result") != "success":
        hint = f"journalctl -u {SERVICE}"
        yield Finding(path=f"{PATH}.{SERVICE}", value=service.get("Result"), rule="must succeed", hint=hint)
    if not shown["current"]:
        yield Finding(
            path=f"{PATH}.{wanted['file']}", rule="must be there: nginx writes it", hint="see nginx's container"
        )
    yield from _bounds(wanted, shown)


def _bounds(wanted: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[Finding]:
    hint = f"journalctl -u {SERVICE}"
    if shown["bytes"] > wanted["bytes"] + 2 * wanted["rotate_bytes"]:
        rule = f"must stay within {format_bytes(wanted['bytes'])}"
        yield Finding(path=f"{PATH}.bytes", value=format_bytes(shown["bytes"]), rule=rule, hint=hint)
    if shown["oldest_days"] > wanted["keep_days"] + SLACK_DAYS:
        rule = f"must not be kept for more than {wanted['keep_days']} days"
        yield Finding(path=f"{PATH}.keep_days", value=round(shown["oldest_days"]), rule=rule, hint=hint)
    cut = shown["cut_days"]
    if cut is not None and cut < wanted["keep_days"]:
        yield Finding(
            path=f"{PATH}.keep_days",
            value=f"lines of {cut:.0f} days ago are gone",
            rule=f"{wanted['keep_days']} days did not fit into {format_bytes(wanted['bytes'])}",
            hint="give it more room (logs.access.disk), or declare fewer days (logs.access.keep)",
            level=WARNING,
        )

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The recommendation for people: what machine to take, what is tight, what more buys, where one host ends."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.render.columns import WIDTH, columns, wrapped
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes

VERDICTS = {
    "short": "this host is too small for the stack",
    "tight": "the stack runs here, and something is tight",
    "good": "the stack runs here, and nothing is tight",
}


def size(need: Mapping[str, Any]) -> str:
    """Return a size for people: 4 CPUs, 8 GiB, 80 GiB disk."""
    disk = f", {format_bytes(need['disk_bytes'])} disk" if need.get("disk_bytes") else ""
    return f"{need['cpus']:g} CPU{'' if need['cpus'] == 1 else 's'}, {format_bytes(need['memory_bytes'])}{disk}"


def head(found: Mapping[str, Any]) -> str:
    """Return the verdict on the host in one sentence."""
    lacks = f": {', '.join(found['lacks'])}" if found.get("lacks") else ""
    return VERDICTS[found["verdict"]] + lacks


def wanted(found: Mapping[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Return a row for each size: name, what the host measures, the machine to take, the smallest tier, meaning."""
    return [
        (
            each["name"],
            size(each),
            size(each["machine"]) if each["machine"] else "none is sold",
            each["tier"] or "no tier",
            each["means"],
        )
        for each in found["sizes"]
    ]


def end(found: Mapping[str, Any]) -> list[str]:
    """Return when one host is no longer enough, in sentences."""
    beyond = found["beyond"]
    if beyond["needed"]:
        return ["One host is not enough.", *beyond["reasons"]]
    most = [f"at most {count} replicas of {who}" for who, count in beyond["replicas"].items()]
    largest = f"One host is enough, up to {size({**beyond['largest'], 'disk_bytes': 0})}"
    return [f"{largest}{': ' + ', '.join(most) if most else ''}.", *beyond["notes"]]


def step(found: Mapping[str, Any]) -> str:
    """Return what the next size up is, in words."""
    following = found["next"]
    tier = f" (satisfies tier {following['tier']})" if following["tier"] else ""
    return size(following["machine"]) + tier


def _broken(sentence: str) -> list[str]:
    return textwrap.wrap(sentence, WIDTH, break_on_hyphens=False)


def text(found: Mapping[str, Any]) -> list[str]:
    """Return the recommendation as lines for a terminal."""
    names = {"least": "needs at least", "good": "runs well from"}
    lines = _broken(f"Recommendation: {head(found)}")
    for name, measured, machine, tier, means in wanted(found):
        told = f"{measured}; take {machine}; smallest tier: {tier} ({means})"
        lines += wrapped([(names[name], told)])
    if found["assumed"]:
        lines += wrapped([("assumed", "; ".join(found["assumed"]))])
    if found["tight"]:
        close = [(each["resource"], f"{each['value']}: {each['means']}") for each in found["tight"]]
        lines += ["", "Tight:", *wrapped(close)]
    if found["next"]:
        bought = [(each["what"], each["now"], "->", each["then"]) for each in found["next"]["buys"]]
        nothing = ["  nothing for this stack: every part has what it may have"]
        title = _broken(f"The next size up, {step(found)}, buys:")
        lines += ["", *title, *(columns(bought) or nothing)]
    return [*lines, "", *(line for sentence in end(found) for line in _broken(sentence))]

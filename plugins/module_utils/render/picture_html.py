# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The plan as one HTML file for a browser: picture, recommendation, findings, shares and settings with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.render import advice
from ansible_collections.holdfast.host.plugins.module_utils.render.picture import bars
from ansible_collections.holdfast.host.plugins.module_utils.render.picture_svg import clean, svg
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes

STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --line: #d0d0d0; --bad: #a33d00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececec; --paper: #16181b; --line: #3d4146; --bad: #ffa26b; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 62rem; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin: 2rem 0 .5rem; font-size: 1.2rem; }
figure { margin: 1rem 0; overflow-x: auto; } figure svg { max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); }
td { overflow-wrap: anywhere; } td.n { text-align: right; white-space: nowrap; }
.error { color: var(--bad); font-weight: 600; } .verdict { font-size: 1.1rem; font-weight: 600; }
"""
# Nothing is loaded and nothing runs, whatever stands in a name.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[int] = ()) -> str:
    """Return a titled table, nothing where there are no rows. numbers: columns whose cells stand to the right."""
    lines = [
        "<tr>"
        + "".join(
            f'<td class="n">{clean(cell)}</td>' if index in numbers else f"<td>{clean(cell)}</td>"
            for index, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    ]
    if not lines:
        return ""
    head = "".join(f'<th scope="col">{clean(each)}</th>' for each in heads)
    body = "\n".join(lines)
    return (
        f'<h2>{clean(title)}</h2>\n<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _recommendation(found: Mapping[str, Any]) -> list[str]:
    heads = ("size", "as measured", "machine to take", "smallest tier", "what it means")
    parts = [
        f'<p class="verdict">Recommendation: {clean(advice.head(found))}</p>',
        _table("What the stack needs", heads, advice.wanted(found)),
        _table(
            "What is tight",
            ("resource", "how much", "what it means"),
            [(each["resource"], each["value"], each["means"]) for each in found["tight"]],
        ),
    ]
    if found["next"]:
        bought = [(each["what"], each["now"], each["then"]) for each in found["next"]["buys"]]
        title = f"What the next size up buys: {advice.step(found)}"
        parts.append(_table(title, ("what", "now", "then"), bought))
    sentences = "".join(f"<p>{clean(sentence)}</p>" for sentence in advice.end(found))
    parts.append(f"<h2>When one host is no longer enough</h2>\n{sentences}")
    if found["assumed"]:
        items = "".join(f"<li>{clean(each)}</li>" for each in found["assumed"])
        parts.append(f"<h2>Assumed, not measured</h2>\n<ul>{items}</ul>")
    return parts


def _findings(plan: Mapping[str, Any]) -> str:
    told = [*plan.get("refused", ()), *plan["warnings"]]
    rows = [(each["level"], each["path"], each["value"] or "", each["rule"], each["hint"]) for each in told]
    return _table("Findings", ("level", "where", "value", "rule", "what to do"), rows)


def _shares(plan: Mapping[str, Any]) -> list[str]:
    return [
        _table(
            f"{bar.title}: {bar.shown}",
            ("who", "what", "share", "of the host", "why"),
            [(part.who, part.group, part.shown, bar.percent(part), part.why) for part in bar.parts],
            (2, 3),
        )
        for bar in bars(plan["budget"])
    ]


def _settings(plan: Mapping[str, Any]) -> list[str]:
    owners = [(kind, plan["stores"].get(kind)) for kind in ("postgres", "redis")] + [("nginx", plan["edge"])]
    return [
        _table(
            f"Settings of {owner.get('service', kind)} in {format_bytes(owner['limit_bytes'])}",
            ("setting", "value", "reason"),
            [(each["name"], each["value"], each["reason"]) for each in owner["settings"]],
        )
        for kind, owner in owners
        if owner and owner.get("settings")
    ]


def html(plan: Mapping[str, Any]) -> str:
    """Return a plan as an HTML document. It holds no secret, for the plan has none."""
    host = plan["host"]
    where = f"{host['os']} {host['arch']}, {host['cpus']:g} CPUs, {format_bytes(host['memory_bytes'])}"
    refused = plan.get("refused", ())
    told = f'<p class="error">Refused: {len(refused)} finding(s), listed below. Nothing was changed.</p>'
    parts = [
        f"<h1>{clean(plan['name'])}</h1>",
        f"<p>{clean(where)}</p>",
        told if refused else "",
        f"<figure>{svg(plan, table=False)}</figure>",
        *(_recommendation(plan["recommend"]) if "recommend" in plan else []),
        _findings(plan),
        *_shares(plan),
        *_settings(plan),
    ]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{clean(plan['name'])}: the plan</title>",
            f"<style>{STYLE}</style></head><body><main>",
            *(part for part in parts if part),
            "</main></body></html>\n",
        ]
    )

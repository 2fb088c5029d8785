# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The picture as SVG: bars and a table, in one file that needs no other and follows a reader's light or dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.render.picture import Bar, Part, bars

WIDTH, MARGIN = 980, 20
BAR, TITLE, GAP, LINE = 46, 26, 30, 20
# Widths of letters: of 12 pixels, roughly; a label that might not fit is left to the table.
LETTER = 6.8
# Fill and text of each group, told apart also by those who see few colours: the palette of Okabe and Ito ("Color
# Universal Design", 2008). Names stand beside or in the bars, so that no meaning hangs on a colour.
COLOURS: Mapping[str, tuple[str, str]] = {
    "system": ("#6b6b6b", "#ffffff"),
    "images": ("#8c8c8c", "#000000"),
    "logs": ("#b0b0b0", "#000000"),
    "monitoring": ("#56b4e9", "#000000"),
    "backup": ("#cc79a7", "#000000"),
    "edge": ("#009e73", "#000000"),
    "store": ("#0072b2", "#ffffff"),
    "service": ("#e69f00", "#000000"),
    "release": ("#f0e442", "#000000"),
}
STYLE = """
.hf { --ink: #1a1a1a; --paper: #ffffff; --line: #8a8a8a; --faint: #595959; }
@media (prefers-color-scheme: dark) {
  .hf { --ink: #ececec; --paper: #16181b; --line: #7d7d7d; --faint: #b4b4b4; }
}
.hf { font: 12px system-ui, sans-serif; }
.hf .paper { fill: var(--paper); } .hf text { fill: var(--ink); }
.hf .h { font-size: 15px; font-weight: 600; } .hf .why { fill: var(--faint); }
.hf .part { stroke: var(--paper); stroke-width: 1.5; }
.hf .free { fill: none; stroke: var(--line); stroke-dasharray: 4 3; }
.hf .end { stroke: #d55e00; stroke-width: 3; } .hf .rule { stroke: var(--line); stroke-width: .5; }
"""
COLUMNS = (("who", 34), ("RAM", 230), ("CPU", 390), ("disk", 480), ("why", 600))
WHY = int((WIDTH - MARGIN - 600) / LETTER)


def clean(text: object) -> str:
    """Return a text as XML takes it: quoted, and without the control characters that XML has no way to write."""
    return escape("".join(char for char in str(text) if char >= " " and char not in "\x7f\ufffe\uffff"))


def _text(x: float, y: float, text: object, kind: str = "", style: str = "") -> str:
    more = (f' class="{kind}"' if kind else "") + (f' style="{style}"' if style else "")
    return f'<text x="{x:g}" y="{y:g}"{more}>{clean(text)}</text>'


def _label(part: Part, x: float, y: float, width: float) -> Iterable[str]:
    """Yield the name and the size in a part of a bar, if they fit."""
    style = f"fill:{COLOURS[part.group][1]}" if part.group in COLOURS else ""
    if len(part.who) * LETTER + 8 > width:
        return
    yield _text(x + 5, y + 19, part.who, style=style)
    if len(part.shown) * LETTER + 8 <= width:
        yield _text(x + 5, y + 36, part.shown, style=style)


def _bar(bar: Bar, y: float) -> list[str]:
    whole = WIDTH - 2 * MARGIN
    drawn = [_text(MARGIN, y + 16, f"{bar.title}: {bar.shown}", "h")]
    x, top = float(MARGIN), y + TITLE
    for part in bar.parts:
        width = whole * part.size / bar.scale
        fill = f'class="part" fill="{COLOURS[part.group][0]}"' if part.group in COLOURS else 'class="free"'
        told = clean(f"{part.who}: {part.shown}, {bar.percent(part)}; {part.why}")
        drawn.append(
            f'<rect x="{x:.2f}" y="{top:g}" width="{width:.2f}" height="{BAR}" {fill}><title>{told}</title></rect>'
        )
        drawn += _label(part, x, top, width)
        x += width
    if bar.asked > bar.total * 1.001:
        end = MARGIN + whole * bar.total / bar.scale
        drawn.append(f'<line class="end" x1="{end:.2f}" y1="{top - 6:g}" x2="{end:.2f}" y2="{top + BAR + 6:g}"/>')
        drawn.append(_text(min(end, WIDTH - 130), top + BAR + 18, "the host ends here", "why"))
    return drawn


def _table(drawn: Sequence[Bar], y: float) -> list[str]:
    """Return a row for each part: its colour, its share of every resource, and why."""
    rows: dict[str, dict[str, Part]] = {}
    for bar, name in zip(drawn, ("RAM", "CPU", "disk")):  # noqa: B905  # The disk may be missing.
        for part in bar.parts:
            rows.setdefault(part.key, {})[name] = part
    found = [_text(x, y + 14, name, "h") for name, x in COLUMNS]
    for shares in rows.values():
        y += LINE
        first = next(iter(shares.values()))
        found.append(f'<line class="rule" x1="{MARGIN}" y1="{y:g}" x2="{WIDTH - MARGIN}" y2="{y:g}"/>')
        if first.group in COLOURS:
            fill = COLOURS[first.group][0]
            found.append(f'<rect x="{MARGIN}" y="{y + 4:g}" width="10" height="12" fill="{fill}"/>')
        name = first.who if len(first.who) <= 28 else first.who[:27] + "…"
        found.append(_text(COLUMNS[0][1], y + 14, name))
        for bar, (resource, x) in zip(drawn, COLUMNS[1:4]):  # noqa: B905
            if resource in shares:
                found.append(_text(x, y + 14, f"{shares[resource].shown} ({bar.percent(shares[resource])})"))
        why = first.why if len(first.why) <= WHY else first.why[: WHY - 1] + "…"
        told = f"{clean(why)}<title>{clean(first.why)}</title>"
        found.append(f'<text x="{COLUMNS[-1][1]}" y="{y + 14:g}" class="why">{told}</text>')
    return found


def svg(plan: Mapping[str, Any], *, table: bool = True) -> str:
    """Return the picture of a plan as an SVG document. table: with who, what and why below the bars."""
    drawn = bars(plan["budget"])
    body: list[str] = []
    y = float(MARGIN)
    for bar in drawn:
        body += _bar(bar, y)
        y += TITLE + BAR + GAP
    if table:
        lines = _table(drawn, y)
        body += lines
        y += LINE * (2 + len({part.key for bar in drawn for part in bar.parts}))
    told = ". ".join(
        f"{bar.title}, {bar.shown}: " + ", ".join(f"{part.who} {part.shown}" for part in bar.parts) for bar in drawn
    )
    named = 'role="img" aria-labelledby="hf-title hf-desc"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="hf" viewBox="0 0 {WIDTH} {y:g}" width="{WIDTH}" {named}>',
            f'<title id="hf-title">{clean(plan["name"])}: who gets which share of the host</title>',
            f'<desc id="hf-desc">{clean(told)}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{WIDTH}" height="{y:g}"/>',
            *body,
            "</svg>\n",
        ]
    )

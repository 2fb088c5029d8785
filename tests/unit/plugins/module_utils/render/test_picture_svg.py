# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The SVG: well-formed whatever a service is called, complete by itself, and readable without its colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.render import picture_svg
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.planning import planned

SVG = "{http://www.w3.org/2000/svg}"


def _row(who: str, size: int, group: str = "service") -> dict[str, Any]:
    return {
        "who": who, "group": group, "each_bytes": size, "count": 1, "bytes": size, "cpus": None, "cpu_share": 0.5,
        "reason": f"asked for by {who}",
    }  # fmt: skip


def _plan(*rows: dict[str, Any], total: int = 4 * GIB) -> dict[str, Any]:
    shared = {"total_bytes": total, "cpus": 2.0, "disk_bytes": None, "rows": list(rows), "disk": []}
    return {"name": "shop", "budget": shared}


def test_it_has_a_title_a_description_and_every_share(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    root = ET.fromstring(picture_svg.svg(plan))  # noqa: S314  # Our own document.
    assert root.get("role") == "img"
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    texts = [each.text for each in root.iter(f"{SVG}text")]
    for row in plan["budget"]["rows"]:
        assert row["who"] in texts
        assert row["who"] in (desc.text or "")
    assert {"who", "RAM", "CPU", "disk", "why"} <= set(texts)


def test_it_needs_nothing_from_elsewhere_and_follows_light_and_dark(tmp_path: Path) -> None:
    text = picture_svg.svg(planned(tmp_path))
    assert "prefers-color-scheme: dark" in text
    assert text.replace('xmlns="http://www.w3.org/2000/svg"', "").count("http") == 0
    assert not [word for word in ("<script", "url(", "@import", "href") if word in text]


@given(st.text(min_size=1, max_size=60))
def test_a_name_is_only_ever_text(name: str) -> None:
    hostile = f"</title><script>alert('{name}')</script>&\"\x00"
    root = ET.fromstring(picture_svg.svg(_plan(_row(hostile, GIB))))  # noqa: S314
    assert not list(root.iter(f"{SVG}script"))


def test_parts_lie_side_by_side_and_within_the_bar() -> None:
    rows = [_row("a", GIB), _row("b", GIB), _row("free", 2 * GIB, "free")]
    root = ET.fromstring(picture_svg.svg(_plan(*rows), table=False))  # noqa: S314
    drawn = [each for each in root.iter(f"{SVG}rect") if each.find(f"{SVG}title") is not None][:3]
    at = [(float(each.get("x", 0)), float(each.get("width", 0))) for each in drawn]
    assert at[0][0] == picture_svg.MARGIN
    assert at[1][0] == pytest.approx(sum(at[0]), abs=0.02)
    assert sum(at[2]) == pytest.approx(picture_svg.WIDTH - picture_svg.MARGIN, abs=0.02)


def test_the_end_of_a_host_that_is_too_small_is_marked() -> None:
    small = picture_svg.svg(_plan(_row("a", 8 * GIB), _row("free", -4 * GIB, "free")))
    assert "the host ends here" in small
    assert "the host ends here" not in picture_svg.svg(_plan(_row("a", 4 * GIB)))


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2, "relative luminance")."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("group", picture_svg.COLOURS)
def test_a_label_can_be_read_on_its_colour(group: str) -> None:
    light, dark = sorted((_luminance(colour) for colour in picture_svg.COLOURS[group]), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5

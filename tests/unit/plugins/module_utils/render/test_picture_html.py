# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The HTML page: everything of the plan in one file, and nothing in it that runs."""

from __future__ import annotations

import copy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.render.picture_html import html
from ansible_collections.holdfast.host.plugins.plugin_utils.planner import Circumstances, make_plan
from tests.planning import STACK, host, lay, merged

VOID = {"meta", "link", "br", "img", "input", "hr"}


class _Reader(HTMLParser):
    """Collects tags and text, and whether every tag that opens closes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.attributes: list[str] = []

    # An element that is closed where it opens comes through here, too, and through handle_endtag.
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def _plan(tmp_path: Path, on: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    around = Circumstances(directory=lay(tmp_path), advise=True)
    plan, _ = make_plan(merged(STACK, changes), on or host(), around)
    assert plan is not None
    return plan


def test_it_holds_shares_settings_with_reasons_and_the_recommendation(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    page = _read(html(plan))
    assert "svg" in page.tags
    for row in plan["budget"]["rows"]:
        assert row["reason"] in page.text
    for store in ("postgres", "redis"):
        for setting in plan["stores"][store]["settings"]:
            assert setting["name"] in page.text
            assert setting["reason"] in page.text
    for part in ("Recommendation:", "What the stack needs", "What the next size up buys", "One host is enough"):
        assert part in page.text
    assert "Refused" not in page.text


def test_a_refused_plan_says_so_with_every_finding(tmp_path: Path) -> None:
    plan = _plan(tmp_path, host(memory_bytes=500_000_000, arch="armv7l"))
    page = _read(html(plan))
    assert f"Refused: {len(plan['refused'])} finding(s)" in page.text
    for each in plan["refused"]:
        assert each["rule"] in page.text
        assert each["hint"] in page.text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a&b'c</td>"])
def test_what_users_write_is_only_ever_text(tmp_path: Path, name: str) -> None:
    plan = copy.deepcopy(_plan(tmp_path))
    clean = _read(html(plan))
    plan["name"] = plan["budget"]["rows"][-3]["who"] = plan["budget"]["rows"][-3]["reason"] = name
    plan["recommend"]["beyond"]["reasons"] = [name]
    plan["recommend"]["beyond"]["needed"] = True
    plan["recommend"]["tight"] = [{"resource": name, "who": [name], "value": name, "means": name}]
    plan["refused"] = [{"level": "error", "path": name, "value": name, "rule": name, "hint": name}]
    plan["stores"]["postgres"]["settings"][0]["value"] = name
    page = _read(html(plan))
    assert set(page.tags) == set(clean.tags)
    assert set(page.attributes) == set(clean.attributes)
    assert name in page.text


def test_nothing_is_loaded_and_nothing_runs(tmp_path: Path) -> None:
    text = html(_plan(tmp_path))
    page = _read(text)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on") or name in ("href", "src")]
    assert "default-src 'none'" in text
    assert "prefers-color-scheme: dark" in text
    assert '<html lang="en">' in text


def test_it_holds_no_secret_and_is_the_same_each_time(tmp_path: Path) -> None:
    text = html(_plan(tmp_path))
    assert "laptop" not in text
    assert html(_plan(tmp_path)) == text

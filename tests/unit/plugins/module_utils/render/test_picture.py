# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The picture for a terminal: it fits, it is plain ASCII, and its bars are as long as what they show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan.budget import budget
from ansible_collections.holdfast.host.plugins.module_utils.plan.claims import Capacity
from ansible_collections.holdfast.host.plugins.module_utils.render import picture
from ansible_collections.holdfast.host.plugins.module_utils.render.columns import WIDTH
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.planning import COMPOSE, planned, wish


def _budget(memory: float = 8, cpus: float = 2, disk: int | None = 80, text: str = COMPOSE) -> dict[str, Any]:
    disk_bytes = None if disk is None else disk * GIB
    return budget(
        wish(text, monitoring={}), Capacity(memory_bytes=int(memory * GIB), cpus=cpus, disk_bytes=disk_bytes)
    ).as_dict()


MANY = COMPOSE + "".join(f"  {'service' * 5}-{each}: {{image: 'registry.example.org/s:1'}}\n" for each in range(70))


@pytest.mark.parametrize("text", [COMPOSE, MANY])
@pytest.mark.parametrize("memory", [1, 8, 200])
def test_every_line_fits_a_terminal_and_is_plain(memory: int, text: str) -> None:
    lines = picture.text(_budget(memory, text=text))
    assert max(len(line) for line in lines) <= WIDTH
    assert all(line.isascii() and line.isprintable() and line == line.rstrip() for line in lines)


def test_each_resource_has_a_bar_whose_signs_the_legend_explains() -> None:
    lines = picture.text(_budget())
    assert [line for line in lines if line and not line.startswith(" ")] == [
        "RAM: 8 GiB",
        "CPU under full load: 2 CPUs",
        "Disk: 80 GiB",
    ]
    filled = [line.strip(" []") for line in lines if line.startswith("  [")]
    assert all(len(each) <= picture.CELLS for each in filled)
    legend = "\n".join(line for line in lines if line.startswith("   "))
    for sign in set("".join(filled)):
        assert f"{sign} " in legend, sign
    for who in ("system", "monitoring", "backup", "edge", "db", "cache", "web", "worker", "release", "free"):
        assert f" {who} " in legend


def test_a_host_that_is_too_small_ends_before_its_bar_does() -> None:
    lines = picture.text(_budget(1))
    assert "^" in lines[2]
    assert "the host ends here" in lines[2]
    assert not [line for line in picture.text(_budget(8)) if "ends here" in line]


def test_the_sign_of_the_end_stands_under_the_end() -> None:
    for memory in (0.3, 0.8, 1, 1.5, 2):
        drawn = picture.bars(_budget(memory))[0]
        line = picture.text(_budget(memory))[2]
        if drawn.asked > drawn.total * 1.001:
            assert line.index("^") == 3 + int(picture.CELLS * drawn.total / drawn.scale)


def test_an_unknown_disk_has_no_bar() -> None:
    assert len(picture.bars(_budget(disk=None))) == 2


def test_bars_hold_what_the_plan_says(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    ram, cpu, disk = picture.bars(plan["budget"])
    assert ram.asked == ram.total == plan["budget"]["total_bytes"]
    assert cpu.asked == pytest.approx(plan["budget"]["cpus"], abs=0.02)
    assert disk.asked == disk.total
    assert [part.who for part in ram.parts] == [row["who"] for row in plan["budget"]["rows"]]


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=40), st.integers(1, 200))
def test_cells_add_up_and_none_is_off_by_one_or_more(sizes: list[int], count: int) -> None:
    scale = sum(sizes) or 1
    found = picture.cells(sizes, scale, count)
    assert sum(found) == (count if sum(sizes) else 0)
    assert all(abs(cell - size * count / scale) < 1 for cell, size in zip(found, sizes, strict=True))


def test_signs_differ_as_long_as_there_are_letters() -> None:
    parts = [
        picture.Part(who=f"web-{number}", group="service", size=1, shown="") for number in range(len(picture.MARKS) + 5)
    ]
    signs = list(picture.marks(parts).values())
    assert len(set(signs[: len(picture.MARKS)])) == len(picture.MARKS)
    assert set(signs[len(picture.MARKS) :]) == {"#"}


def test_names_in_other_letters_do_no_harm() -> None:
    assert picture.plain("caf\u00e9\x1b[31m") == "caf??[31m"

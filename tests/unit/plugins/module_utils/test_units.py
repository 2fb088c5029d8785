# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Sizes, CPUs and durations: what is read, what is refused, and that nothing else ever happens."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.units import (
    GIB,
    KIB,
    MIB,
    TIB,
    format_bytes,
    parse_bytes,
    parse_cpus,
    parse_duration,
)

PARSERS = (parse_bytes, parse_cpus, parse_duration)
NEVER: tuple[object, ...] = ("", "much", True, False, None, [], "-1", "9" * 400 + "x")
ANYTHING = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="0123456789.smhdkgbi nfa-+e", max_size=12),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(st.integers(), max_size=2),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1GB", GIB),
        ("1GiB", GIB),
        ("1g", GIB),
        ("1024m", GIB),
        (" 1.5 GiB ", 3 * GIB // 2),
        (GIB, GIB),
        ("512 MiB", 512 * MIB),
        ("64kb", 64 * KIB),
        ("2t", 2 * TIB),
        ("1b", 1),
        (1, 1),
        (1.9, 1),
    ],
)
def test_sizes_are_binary_whatever_the_suffix(text: object, expected: int) -> None:
    assert parse_bytes(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("0.5", 0.5), ("2", 2), (4, 4), ("500m", 0.5), (" 1 ", 1)])
def test_cpus(text: object, expected: float) -> None:
    assert parse_cpus(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90", 90),
        (90, 90),
        ("1.5", 1.5),
        ("1m30s", 90),
        ("7d", 604800),
        ("250ms", 0.25),
        ("1h1us", 3600.000001),
        (0, 0),
    ],
)
def test_durations(text: object, expected: float) -> None:
    assert parse_duration(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        *((parse, bad) for parse in PARSERS for bad in NEVER),
        *((parse, "9" * 400) for parse in PARSERS),
        *((parse_bytes, bad) for bad in ("0", 0, "0.4", "8 parsecs", "1GG", "1e3", "nan", "1,5g")),
        *((parse_cpus, bad) for bad in ("0", "inf", "nan", "infm", "m", 0)),
        *((parse_duration, bad) for bad in ("1x", "s", "1m 30s", "1.s", "inf", "m1")),
    ],
)
def test_what_is_refused_names_itself(parse: Callable[[object], float], text: object) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse(text)


@given(ANYTHING)
def test_a_parser_answers_a_finite_number_or_refuses(value: Any) -> None:
    for parse in PARSERS:
        try:
            number = parse(value)
        except ValueError:
            continue
        assert math.isfinite(number)
        assert number >= 0


@given(st.integers(1, 1023), st.sampled_from([1, KIB, MIB, GIB, TIB]))
def test_whole_sizes_survive_the_round_trip(count: int, factor: int) -> None:
    assert parse_bytes(format_bytes(count * factor)) == count * factor


@given(st.integers(1, 1000 * TIB))
def test_any_size_survives_to_a_twentieth(size: int) -> None:
    assert parse_bytes(format_bytes(size)) == pytest.approx(size, rel=0.05)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (1023, "1023 B"),
        (KIB, "1 KiB"),
        (1536 * MIB, "1.5 GiB"),
        # Not 1024.0 of the smaller unit.
        (GIB - KIB, "1.0 GiB"),
        (GIB - MIB, "1023 MiB"),
        (-GIB, "-1 GiB"),
        (TIB, "1 TiB"),
    ],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert format_bytes(size) == text

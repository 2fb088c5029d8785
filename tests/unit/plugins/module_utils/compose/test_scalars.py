# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.compose.scalars import duration_text, go_text, nanoseconds


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (None, ""),
        (3000, "3000"),
        (1.1, "1.1"),
        (1.0, "1"),
        (1e3, "1000"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.5e30, "1.5e+30"),
        (1e-7, "1e-07"),
        (0.0001, "0.0001"),
        (0.0, "0"),
        (float("inf"), "+Inf"),
        (float("-inf"), "-Inf"),
        (float("nan"), "NaN"),
        ("x", "x"),
    ],
)
def test_a_value_is_written_as_compose_writes_it(value: object, text: str) -> None:
    assert go_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_keeps_its_value(value: float) -> None:
    assert float(go_text(value)) == value


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        *[("90s", "1m30s"), ("1h", "1h0m0s"), ("1.5s", "1.5s"), ("500ms", "500ms"), ("0", "0s"), ("1500us", "1.5ms")],
        *[("24h1m", "24h1m0s"), ("1.s", "1s"), (".5s", "500ms"), ("7ns", "7ns"), ("2us", "2µs")],
    ],
)
def test_a_duration_has_one_form(text: str, normal: str) -> None:
    assert duration_text(nanoseconds(text)) == normal


@pytest.mark.parametrize("text", ["", "5", "1d", "s", "1 s", "-1s", "1s2", "."])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a duration is"):
        nanoseconds(text)


@given(st.integers(0, 10**16))
def test_a_duration_comes_back(total: int) -> None:
    assert nanoseconds(duration_text(total)) == total

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is written is read again by a strict reader of Prometheus' text format."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.backup_metrics import Metric, Sample, exposition

_SERIES = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
_PAIR = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
_ESCAPED = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def read(text: str) -> Series:
    """Return every series of a text; fails at anything that the format does not allow."""
    found: Series = {}
    told: dict[str, set[str]] = {"HELP": set(), "TYPE": set()}
    current = ""
    assert not text or text.endswith("\n")
    for line in text.split("\n")[:-1]:
        if line.startswith("# "):
            _, what, name, rest = line.split(" ", 3)
            assert name not in told[what], f"{what} twice"
            assert what == "HELP" or rest in ("gauge", "counter")
            assert what == "TYPE" or not re.search(r"(?<!\\)(\\\\)*\\[^\\n]", rest)
            told[what].add(name)
            current = name
            continue
        match = _SERIES.fullmatch(line)
        assert match, line
        assert match[1] == current, "out of its group"
        assert all(current in names for names in told.values())
        labels, rest = {}, match[2] or ""
        while rest:
            pair = _PAIR.match(rest)
            assert pair, line
            assert pair[1] not in labels
            labels[pair[1]] = re.sub(r"\\[\\\"n]", lambda each: _ESCAPED[each[0]], pair[2])
            rest = rest[pair.end() :]
        key = (match[1], tuple(sorted(labels.items())))
        assert key not in found
        found[key] = float(match[3])
    return found


def one(value: float, labels: Mapping[str, str] | None = None) -> Metric:
    """Return a metric with one sample."""
    return Metric(name="size_bytes", help="Its size.", samples=[Sample(value=value, labels=labels or {})])


def test_a_metric_has_its_help_and_type() -> None:
    text = exposition([one(7.0, {"tag": 'a"b', "repository": "1"})])
    assert text == (
        "# HELP holdfast_backup_size_bytes Its size.\n"
        "# TYPE holdfast_backup_size_bytes gauge\n"
        'holdfast_backup_size_bytes{repository="1",tag="a\\"b"} 7\n'
    )


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True), st.text(), max_size=3), st.floats())
def test_any_value_is_read_as_it_was_given(labels: dict[str, str], value: float) -> None:
    found = read(exposition([one(value, labels)]))
    (key,) = found
    assert key == ("holdfast_backup_size_bytes", tuple(sorted(labels.items())))
    assert found[key] == value or (math.isnan(value) and math.isnan(found[key]))


@given(st.text())
def test_any_help_stays_on_its_line(text: str) -> None:
    metric = Metric(name="up", help=text or "x", samples=[Sample(value=1)])
    assert read(exposition([metric])) == {("holdfast_backup_up", ()): 1}


def test_a_metric_without_samples_is_left_out() -> None:
    assert exposition([Metric(name="up", help="Up.", samples=[])]) == ""


@pytest.mark.parametrize(
    "metrics",
    [
        [Metric(name="Size", help="x", samples=[])],
        [Metric(name="size", kind="summary", help="x", samples=[])],
        [one(1), one(2)],
        [one(1, {"a-b": "c"})],
        [Metric(name="size", help="x", samples=[Sample(value=1), Sample(value=2)])],
    ],
)
def test_what_the_format_does_not_allow_is_refused(metrics: list[Metric]) -> None:
    with pytest.raises(ValueError, match=r"no metric|two values|no names"):
        exposition(metrics)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Kinds of values: each checks one, tells what is wrong with it, and returns its normal form or BAD."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.merge import pairs
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report, join
from ansible_collections.holdfast.host.plugins.module_utils.compose.scalars import (
    duration_text,
    go_text,
    nanoseconds,
)
from ansible_collections.holdfast.host.plugins.module_utils.errors import nearest
from ansible_collections.holdfast.host.plugins.module_utils.units import parse_bytes

Kind = Callable[[Any, str, Report], Any]
BAD: Any = object()

_TRUE = {"true", "1", "yes", "y", "on"}
_FALSE = {"false", "0", "no", "n", "off"}


def text(value: Any, path: str, report: Report) -> Any:
    """A text. A number is refused, as Compose does: ``user: 1000`` needs quotes."""
    if isinstance(value, str):
        return value
    report.error(path, value, "must be a text", "put it in quotes" if isinstance(value, int | float) else "")
    return BAD


def plain(value: Any, path: str, report: Report) -> Any:
    """A text, number or boolean, as text."""
    if isinstance(value, str | int | float):
        return go_text(value)
    report.error(path, value, "must be a plain value")
    return BAD


def boolean(value: Any, path: str, report: Report) -> Any:
    """true or false, also as the text that a variable brings."""
    word = value.lower() if isinstance(value, str) else value
    if word is True or (isinstance(word, str) and word in _TRUE):
        return True
    if word is False or (isinstance(word, str) and word in _FALSE):
        return False
    report.error(path, value, "must be true or false")
    return BAD


def integer(low: int | None = None, high: int | None = None) -> Kind:
    """A whole number within bounds, also as the text that a variable brings."""

    def check(value: Any, path: str, report: Report) -> Any:
        number = _whole(value)
        if number is None or (low is not None and number < low) or (high is not None and number > high):
            bounds = [f"from {low}" if low is not None else "", f"to {high}" if high is not None else ""]
            report.error(path, value, " ".join(["must be a whole number", *filter(None, bounds)]))
            return BAD
        return number

    return check


def duration(value: Any, path: str, report: Report) -> Any:
    """A duration as Compose text (1m30s)."""
    try:
        if not isinstance(value, str):
            raise ValueError("a duration is a text like 30s, 1m30s or 500ms")
        return duration_text(nanoseconds(value))
    except ValueError as error:
        report.error(path, value, str(error), "add the unit: s, m or h; days are not known here")
        return BAD


def size(value: Any, path: str, report: Report) -> Any:
    """A size in bytes; zero means that nothing is set."""
    number = _whole(value)
    if number == 0:
        return 0
    try:
        return parse_bytes(value)
    except (ValueError, OverflowError):
        report.error(path, value, "must be a size", "write it like 512m or 2g")
        return BAD


def size_or_unlimited(value: Any, path: str, report: Report) -> Any:
    """A size in bytes, or -1 for no limit."""
    return -1 if _whole(value) == -1 else size(value, path, report)


def cpus(value: Any, path: str, report: Report) -> Any:
    """A number of CPUs; zero means that nothing is set. Compose knows no ``500m``."""
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError
        number = float(value)
        if not 0 <= number < float("inf"):
            raise ValueError
    except ValueError:
        report.error(path, value, "must be a number of CPUs", 'write it like 0.5 or "2"')
        return BAD
    return number


def choice(*known: str) -> Kind:
    """One of the texts."""

    def check(value: Any, path: str, report: Report) -> Any:
        if isinstance(value, str) and value in known:
            return value
        report.error(path, value, "must be one of the known values", nearest(str(value), known))
        return BAD

    return check


def listing(item: Kind, *, single: bool = False, unique: bool = True) -> Kind:
    """A list of a kind. single: one alone may stand without the list; unique: an equal later entry is left out."""

    def check(value: Any, path: str, report: Report) -> Any:
        if single and isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            report.error(path, value, "must be a list" + (" or a text" if single else ""))
            return BAD
        results = [item(entry, join(path, index), report) for index, entry in enumerate(value)]
        if any(one is BAD for one in results):
            return BAD
        return list(dict.fromkeys(results)) if unique and _hashable(results) else results

    return check


def mapping(item: Kind) -> Kind:
    """A mapping of any text keys to a kind."""

    def check(value: Any, path: str, report: Report) -> Any:
        if not has_text_keys(value, path, report):
            return BAD
        results = {key: item(entry, join(path, key), report) for key, entry in value.items()}
        return BAD if any(one is BAD for one in results.values()) else results

    return check


def pair_map(empty: str | None) -> Kind:
    """``[A=1, B]`` or ``{A: 1, B: null}`` as a dict of texts; ``empty`` is what a name without value gets."""

    def check(value: Any, path: str, report: Report) -> Any:
        entries = pairs(value)
        if entries is None:
            report.error(path, value, "must be a mapping, or a list of NAME=value")
            return BAD
        return mapping(lambda one, at, to: empty if one is None else plain(one, at, to))(entries, path, report)

    return check


def record(table: Mapping[str, Kind], needs: Iterable[str] = (), *, partial: bool = False) -> Kind:
    """A mapping with known keys only, and any x-*. partial: return what is good of it where BAD would be returned."""

    def check(value: Any, path: str, report: Report) -> Any:
        if not has_text_keys(value, path, report):
            return BAD
        results: dict[str, Any] = {}
        unknown = False
        for key, entry in value.items():
            if key.startswith("x-"):
                continue
            kind = table.get(key)
            if kind is None:
                unknown = True
                report.error(join(path, key), key, "is not a key that Compose has here", nearest(key, table))
            elif entry is not None:
                results[key] = kind(entry, join(path, key), report)
        for key in needs:
            if value.get(key) is None:
                report.error(join(path, key), None, "must be given")
                results[key] = BAD
        good = {key: entry for key, entry in results.items() if entry is not BAD}
        return good if partial or (len(good) == len(results) and not unknown) else BAD

    return check


def anything(value: Any, _path: str, _report: Report) -> Any:
    """A value that goes to Docker as it stands."""
    return value


def under(key: str) -> Kind:
    """A value that stands for a mapping of one key."""

    def check(value: Any, _path: str, _report: Report) -> Any:
        return {key: value}

    return check


def one_of(*kinds: tuple[type | tuple[type, ...], Kind]) -> Kind:
    """The kind that goes with the value's type."""

    def check(value: Any, path: str, report: Report) -> Any:
        for types, kind in kinds:
            if isinstance(value, types):
                return kind(value, path, report)
        report.error(path, value, "must be one of the forms that Compose has here")
        return BAD

    return check


def unsupported(why: str, hint: str = "") -> Kind:
    """A key that Compose has and this reader refuses."""

    def check(value: Any, path: str, report: Report) -> Any:
        report.error(path, value, why, hint)
        return BAD

    return check


def has_text_keys(value: Any, path: str, report: Report) -> bool:
    """Tell whether ``value`` is a mapping whose keys are texts."""
    if not isinstance(value, dict):
        report.error(path, value, "must be a mapping")
        return False
    wrong = [key for key in value if not isinstance(key, str)]
    for key in wrong:
        report.error(path, None, f"a key must be a text, not {go_text(key)}", "put the key in quotes")
    return not wrong


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        digits = value.lstrip("+-")
        return int(value) if digits.isascii() and digits.isdigit() and len(value) - len(digits) <= 1 else None
    return int(value) if isinstance(value, int) or (isinstance(value, float) and value.is_integer()) else None


def _hashable(values: list[Any]) -> bool:
    return all(isinstance(value, str | int | float) for value in values)

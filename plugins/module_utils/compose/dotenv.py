# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Read ``.env`` and ``env_file`` text by Compose's rules for quotes, comments, ``export`` and variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.holdfast.host.plugins.module_utils.compose.interpolate import substitute

_KEY = re.compile(r"[ \t]*(?:export[ \t]+)?(\w[\w.\-\[\]]*)[ \t]*([=:]|(?=\r?\n|$|#))[ \t]*")
_ESCAPES = dict(zip("nrtabfv", "\n\r\t\a\b\f\v", strict=True)) | {'"': '"', "\\": "\\", "$": "$$"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Dotenv:
    """values: None for a name without ``=`` (passed through). problems: line number and rule; never a value."""

    values: dict[str, str | None] = field(default_factory=dict)
    problems: tuple[tuple[int, str], ...] = ()


def parse(text: str, env: Mapping[str, str]) -> Dotenv:
    """Return the variables of a dotenv text. ``env`` wins over earlier lines when a value names a variable."""
    values: dict[str, str | None] = {}
    problems: list[tuple[int, str]] = []
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    position = 0
    while position < len(text):
        line = text.count("\n", 0, position) + 1
        end = _line_end(text, position)
        stripped = text[position:end].strip()
        if not stripped or stripped.startswith("#"):
            position = end + 1
            continue
        match = _KEY.match(text, position)
        if match is None or match.end() > end:
            problems.append((line, "a line is NAME=value, NAME, or a comment"))
            position = end + 1
            continue
        if not match[2]:
            values[match[1]] = None
            position = end + 1
            continue
        known = {key: value for key, value in values.items() if value is not None} | dict(env)
        raw, position, problem = _value(text, match.end(), known)
        values[match[1]] = raw
        problems.extend((line, one) for one in problem)
    return Dotenv(values=values, problems=tuple(problems))


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _value(text: str, start: int, known: Mapping[str, str]) -> tuple[str, int, tuple[str, ...]]:
    quote = text[start : start + 1]
    if quote not in ("'", '"') or not quote:
        end = _line_end(text, start)
        expansion = substitute(text[start:end].partition(" #")[0].rstrip(), known)
        return expansion.text, end + 1, expansion.problems
    close = _quote_end(text, start + 1, quote)
    if close < 0:
        return "", _line_end(text, start) + 1, ("a quoted value needs its closing quote",)
    after = _line_end(text, close)
    trailing = text[close + 1 : after].strip()
    wrong = ("after a closing quote only a comment may follow",) if trailing and not trailing.startswith("#") else ()
    body = text[start + 1 : close]
    if quote == "'":
        return body.replace("\\'", "'"), after + 1, wrong
    expansion = substitute(_ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[0]), body), known)
    return expansion.text, after + 1, wrong + expansion.problems


def _quote_end(text: str, start: int, quote: str) -> int:
    position = start
    while position < len(text):
        if text[position] == "\\":
            position += 2
            continue
        if text[position] == quote:
            return position
        position += 1
    return -1

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Variables in a Compose file: ``$NAME``, ``${NAME}``, ``${NAME:-default}`` and so on, nested; ``$$`` is a dollar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.merge import Tagged
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report, join

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATORS = (":-", ":?", ":+", "-", "?", "+")
_MAX_DEPTH = 50  # deeper nesting is a mistake or an attack; Python's own stack must not be what says so


@dataclass(frozen=True, kw_only=True)
class Expansion:
    """text: the result. unset: names that were blank for want of a value. problems: what is malformed or required."""

    text: str
    unset: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass
class _State:
    env: Mapping[str, str]
    unset: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def substitute(text: str, env: Mapping[str, str]) -> Expansion:
    """Return ``text`` with its variables replaced. Never raises; text without a dollar comes back as it is."""
    state = _State(env)
    result = _expand(text, state, 0)
    return Expansion(text=result, unset=tuple(state.unset), problems=tuple(state.problems))


def interpolate(value: Any, env: Mapping[str, str], path: str, report: Report) -> Any:
    """Return a tree with the variables of every string value replaced. Keys stay as they are, as in Compose."""
    if isinstance(value, dict):
        return {key: interpolate(item, env, join(path, key), report) for key, item in value.items()}
    if isinstance(value, Tagged):
        return Tagged(tag=value.tag, value=interpolate(value.value, env, path, report))
    if isinstance(value, list):
        return [interpolate(item, env, join(path, index), report) for index, item in enumerate(value)]
    if not isinstance(value, str) or "$" not in value:
        return value
    expansion = substitute(value, env)
    for problem in expansion.problems:
        report.error(path, None, problem, "a dollar sign that is meant is written $$")
    for name in expansion.unset:
        report.warn(path, None, f"{name} is not set and becomes empty", f"set {name} or write ${{{name}:-default}}")
    return expansion.text


def _expand(text: str, state: _State, depth: int) -> str:
    if depth > _MAX_DEPTH:
        state.problems.append(f"variables may be nested {_MAX_DEPTH} deep at most")
        return ""
    parts: list[str] = []
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        parts.append(text[position:dollar])
        part, position = _at_dollar(text, dollar, state, depth)
        parts.append(part)
    return "".join([*parts, text[position:]])


def _at_dollar(text: str, dollar: int, state: _State, depth: int) -> tuple[str, int]:
    following = text[dollar + 1 : dollar + 2]
    if following == "$":
        return "$", dollar + 2
    if following == "{":
        end = _closing(text, dollar + 2)
        if end < 0:
            state.problems.append("a variable that opens with ${ needs a closing brace")
            return "", len(text)
        return _braced(text[dollar + 2 : end], state, depth), end + 1
    match = _NAME.match(text, dollar + 1)
    if match is None:
        return "$", dollar + 1
    return _plain(match[0], state), match.end()


def _closing(text: str, start: int) -> int:
    """Return where the brace that was opened before ``start`` closes, or -1. Like Compose, count every brace."""
    depth = 1
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position
    return -1


def _plain(name: str, state: _State) -> str:
    if name not in state.env:
        state.unset.append(name)
    return state.env.get(name, "")


def _braced(body: str, state: _State, depth: int) -> str:
    match = _NAME.match(body)
    rest = body[match.end() :] if match else ""
    operator = next((one for one in _OPERATORS if rest.startswith(one)), "")
    if match is None or (rest and not operator):
        state.problems.append("a variable is written ${NAME}, ${NAME:-default}, ${NAME:?message} or ${NAME:+other}")
        return ""
    name = match[0]
    if not operator:
        return _plain(name, state)
    return _operate(name, operator, rest[len(operator) :], state, depth)


def _operate(name: str, operator: str, argument: str, state: _State, depth: int) -> str:
    value = state.env.get(name)
    there = bool(value) if operator.startswith(":") else value is not None
    if operator[-1] == "+":
        return _expand(argument, state, depth + 1) if there else ""
    if there:
        return value or ""
    if operator[-1] == "-":
        return _expand(argument, state, depth + 1)
    message = _expand(argument, state, depth + 1)
    state.problems.append(f"{name} must be set" + (f": {message}" if message else ""))
    return ""

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""YAML as Compose reads it: the 1.2 core schema with the few older forms that Compose's own parser keeps.

``22:22``, ``yes`` and ``on`` are text; ``0640`` and ``0o640`` are octal; ``<<`` merges; a key stands once only.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.holdfast.host.plugins.module_utils.compose.merge import Tagged

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_MAX_VALUES = 200_000  # aliases can make a small file a huge tree; real ones stay below 10_000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIMESTAMP = r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]\d{1,2}:\d{1,2}:\d{1,2}.*)?"
_INT = r"[-+]?(?:0[bB][01]+|0[oO]?[0-7]*|0[xX][0-9a-fA-F]+|[1-9][0-9]*)"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_SPECIAL_FLOATS = {".nan": "nan", ".inf": "inf", "+.inf": "inf", "-.inf": "-inf"}
_UINT64_MAX = 2**64 - 1


class _Loader(_Base):  # type: ignore[misc]
    """The safe loader with Compose's schema in place of YAML 1.1's."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's own attribute)


def parse_yaml(text: str, name: str = "<text>") -> Any:
    """Return the plain value that ``text`` holds; None for an empty text.

    ``!reset`` and ``!override`` come back as merge.Tagged. Raises ValueError with name and line for anything
    malformed: bad syntax, a key that stands twice, an alias within its own anchor, a tag nobody knows.
    """
    try:
        loader = _Loader(text)
        try:
            value = loader.get_single_data()
        finally:
            loader.dispose()
        _bound(value, [0], set())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ValueError(f"{name}:{line}: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise ValueError(f"{name}: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise ValueError(f"{name}: nested too deeply") from None
    except _TooLargeError as error:
        raise ValueError(f"{name}: {error}") from None
    return value


def load_yaml(path: str) -> Any:
    """Return the value of a YAML file. Raises FileNotFoundError, or ValueError with path and line."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from None
    return parse_yaml(text, path)


class _TooLargeError(Exception):
    pass


def _bound(value: Any, count: list[int], above: set[int]) -> None:
    count[0] += 1
    if count[0] > _MAX_VALUES:
        raise _TooLargeError(f"more than {_MAX_VALUES} values once its aliases are followed")
    value = value.value if isinstance(value, Tagged) else value
    if not isinstance(value, dict | list):
        return
    if id(value) in above:
        raise _TooLargeError("an alias stands within its own anchor")
    for item in value.values() if isinstance(value, dict) else value:
        _bound(item, count, above | {id(value)})


def _mapping(loader: Any, node: yaml.MappingNode) -> Any:
    result: dict[Any, Any] = {}
    yield result
    _refuse_duplicates(node)
    loader.flatten_mapping(node)
    result.update(loader.construct_mapping(node, deep=False))


def _refuse_duplicates(node: yaml.MappingNode) -> None:
    seen: set[tuple[str, str]] = set()
    for key, _value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key is a plain value", key.start_mark)
        if (key.tag, key.value) in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key.value!r} stands twice", key.start_mark)
        seen.add((key.tag, key.value))


def _int(loader: Any, node: yaml.ScalarNode) -> int | float:
    text = loader.construct_scalar(node).replace("_", "")
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    if re.fullmatch(r"0[0-7]+", digits):
        digits = f"0o{digits[1:]}"
    number = sign * int(digits, 0)
    return number if abs(number) <= _UINT64_MAX else float(number)


def _float(loader: Any, node: yaml.ScalarNode) -> float:
    text = loader.construct_scalar(node).replace("_", "")
    return float(_SPECIAL_FLOATS.get(text.lower(), text))


def _timestamp(loader: Any, node: yaml.ScalarNode) -> str:
    text = str(loader.construct_scalar(node))
    if not _DATE.fullmatch(text):
        problem = "Compose changes the text of an unquoted time; put it in quotes"
        raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
    return f"{text} 00:00:00 +0000 UTC"


def _marked(tag: str) -> Any:
    def construct(loader: Any, node: yaml.Node) -> Tagged:
        plain = {
            yaml.ScalarNode: lambda: _scalar(loader, node),
            yaml.SequenceNode: lambda: loader.construct_sequence(node, deep=True),
            yaml.MappingNode: lambda: loader.construct_mapping(node, deep=True),
        }
        return Tagged(tag=tag, value=plain[type(node)]())

    return construct


def _scalar(loader: Any, node: yaml.Node) -> Any:
    tag = loader.resolve(yaml.ScalarNode, node.value, (True, False))
    return loader.construct_object(yaml.ScalarNode(tag, node.value, node.start_mark, node.end_mark))


def _bool(loader: Any, node: yaml.ScalarNode) -> bool:
    return str(loader.construct_scalar(node)).lower() == "true"


_SCHEMA = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("timestamp", _TIMESTAMP, list("0123456789")),
    ("int", _INT.replace("]+", "_]+").replace("]*", "_]*"), list("+-0123456789")),
    ("float", _FLOAT.replace("]+", "_]+").replace("]*", "_]*"), list("+-.0123456789")),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", list("+-.")),
    ("merge", r"<<", ["<"]),
)
for _tag, _pattern, _first in _SCHEMA:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:int", _int)
_Loader.add_constructor("tag:yaml.org,2002:float", _float)
_Loader.add_constructor("tag:yaml.org,2002:bool", _bool)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _timestamp)
_Loader.add_constructor("!reset", _marked("reset"))
_Loader.add_constructor("!override", _marked("override"))

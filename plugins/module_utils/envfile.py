# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Environment files as Docker Compose reads them, with values that it takes literally."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_SECRET = re.compile(r"\$\{secret:([^}]*)\}")


def quote(value: str) -> str:
    """Return ``value`` so that Compose reads exactly it. Raises ValueError for NUL and carriage return.

    In single quotes nothing is special but the quote itself, written with a backslash before it. That leaves no way to
    write a backslash before a quote or at the end, so such values go in double quotes, where ``$$`` is a dollar sign.
    """
    if "\0" in value or "\r" in value:
        raise ValueError("holds a NUL or a carriage return, which an environment file cannot")
    if "\\'" in value or "\\\\" in value or value.endswith("\\"):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
        return f'"{escaped}"'
    return "'" + value.replace("'", "\\'") + "'"


def render(variables: Mapping[str, str]) -> str:
    """Return the text of an environment file. Raises ValueError where a name or a value cannot be written."""
    lines = []
    for name, value in variables.items():
        if not _NAME.match(name):
            raise ValueError(f"{name!r} is not a name of an environment variable")
        try:
            lines.append(f"{name}={quote(value)}\n")
        except ValueError as error:
            raise ValueError(f"the value of {name} {error}") from None
    return "".join(lines)


def references(template: str) -> set[str]:
    """Return the names of the secrets that a template refers to."""
    return set(_SECRET.findall(template))


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the template with the secrets in their places. Raises KeyError for one without a value."""
    return _SECRET.sub(lambda match: values[match[1]], template)

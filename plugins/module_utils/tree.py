# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A directory of templates that mirrors the target: which file goes where, with which mode."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

_QUOTED = re.compile(r"'(\w+)'")


@dataclass(frozen=True, kw_only=True)
class Template:
    """source: the template on the controller. target: the path on the host."""

    source: Path
    target: str


def templates(directory: Path, *, root: str, only: Sequence[str], exclude: Sequence[str]) -> list[Template]:
    """Return the templates below ``directory``, ordered by target. Patterns are shell patterns of the target.

    Raises ValueError where two templates have one target, or where a pattern of ``only`` matches nothing.
    """
    found: dict[str, Path] = {}
    for source in sorted(path for path in directory.rglob("*") if path.is_file()):
        relative = source.relative_to(directory).as_posix().removesuffix(".j2")
        target = str(PurePosixPath(root) / relative)
        if target in found:
            raise ValueError(f"{found[target]} and {source} both render to {target}")
        found[target] = source
    idle = [pattern for pattern in only if not any(fnmatchcase(target, pattern) for target in found)]
    if idle:
        raise ValueError(f"nothing below {directory} matches: " + ", ".join(idle))
    return [
        Template(source=source, target=target)
        for target, source in sorted(found.items())
        if (not only or _matches(target, only)) and not _matches(target, exclude)
    ]


def line_of(text: str, message: str) -> str:
    """Return ", line N" where the first name that an error quotes stands in the template, or nothing.

    Ansible finds undefined names after the template was run, when their line is no longer known.
    """
    name = _QUOTED.search(message)
    if name is None:
        return ""
    word = re.compile(rf"\b{re.escape(name[1])}\b")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if word.search(line)]
    return f", line {lines[0]}" if lines else ""


def arguments(texts: Mapping[str, str], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the files module for rendered texts by target. A blank text means an absent file."""
    blank = [target for target, text in texts.items() if not text.strip()]
    return {
        "files": [_file(target, text, options) for target, text in texts.items() if text.strip()]
        + list(options.get("files", ())),
        "directories": list(options["directories"]),
        "parents": {"mode": options["directory_mode"], "owner": options["owner"], "group": options["group"]},
        "absent": sorted({*blank, *options["absent"]}),
        "remember": options.get("remember", ""),
    }


def _file(target: str, text: str, options: Mapping[str, Any]) -> dict[str, Any]:
    exception: Mapping[str, Any] = next((entry for entry in options["modes"] if fnmatchcase(target, entry["path"])), {})
    access = {key: exception.get(key) or options[key] for key in ("mode", "owner", "group")}
    check = next((command for path, command in options["validate"].items() if fnmatchcase(target, path)), None)
    return {"path": target, "content": text, "validate": check, **access}


def _matches(target: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(target, pattern) for pattern in patterns)

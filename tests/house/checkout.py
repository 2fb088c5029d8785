# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The files of the checkout that the rules are held against."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


class Loader(yaml.SafeLoader):
    """Reads YAML as Ansible writes it: its own tags stand for what they hold."""


Loader.add_multi_constructor("!", lambda loader, _tag, node: loader.construct_scalar(node))


@cache
def tracked() -> tuple[Path, ...]:
    """Return the files that git tracks or would track, as paths relative to the checkout."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(Path(name) for name in sorted(set(names)) if name and (ROOT / name).is_file())


def text(path: Path) -> str:
    """Return a file of the checkout."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def parsed(path: Path) -> Any:
    """Return a YAML file of the checkout; an empty one is an empty dict."""
    return yaml.load(text(path), Loader=Loader) or {}  # noqa: S506  # a safe loader with inert tags


def translate(pattern: str) -> str:
    """Return a glob as a regular expression: ``**/`` is any number of directories, a last ``**`` everything below."""
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    return "".join(meaning.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*\*|\*)", pattern))


def matching(pattern: str) -> list[Path]:
    """Return the tracked files whose path matches a glob."""
    return [path for path in tracked() if re.fullmatch(translate(pattern), str(path))]


def says(path: Path | str, findings: Iterable[str]) -> list[str]:
    """Return findings with their file."""
    return [f"{path}: {finding}" for finding in findings]


def told(findings: list[str]) -> str:
    """Return findings as the message of a failed test."""
    return "\n".join(["the house rules are broken:", *findings])

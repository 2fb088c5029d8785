# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The files in which a plan is kept on the controller: where they lie and what stands in them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import atomic
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.render.picture_html import html
from ansible_collections.holdfast.host.plugins.module_utils.render.picture_svg import svg

PICTURES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {".html": html, ".htm": html, ".svg": svg}


def check(picture_file: str) -> list[Finding]:
    """Return what is wrong with the name of a picture's file; an empty one asks for no picture."""
    if not picture_file or Path(picture_file).suffix.lower() in PICTURES:
        return []
    rule = f"must end in {', '.join(PICTURES)}"
    return [Finding(path="preflight_picture_file", value=picture_file, rule=rule, hint="build/plan.html")]


def _named(path: str, host: str) -> str:
    """Return a file's path with the host's name before its ending. host: empty where there is only one."""
    file = Path(path)
    return str(file.with_name(f"{file.stem}-{host.replace('/', '_')}{file.suffix}")) if host else path


def kept(plan: Mapping[str, Any], plan_file: str, picture_file: str, host: str) -> list[dict[str, str]]:
    """Return the files to write as dicts of dest and content.

    plan_file, picture_file: paths, none where they are empty. host: put into the names, so that several hosts do not
    write the same file.
    """
    found = []
    if plan_file:
        found.append({"dest": _named(plan_file, host), "content": json.dumps(plan, indent=4, sort_keys=True)})
    if picture_file:
        draw = PICTURES[Path(picture_file).suffix.lower()]
        found.append({"dest": _named(picture_file, host), "content": draw(plan)})
    return found


def write(files: Iterable[Mapping[str, str]]) -> None:
    """Write files for their owner alone, each whole or not at all. Raises OSError, as where a directory is missing."""
    owned = atomic.Owned(mode=0o600, uid=os.geteuid(), gid=os.getegid())
    for each in files:
        atomic.write_file(Path(each["dest"]), each["content"].encode(), owned)

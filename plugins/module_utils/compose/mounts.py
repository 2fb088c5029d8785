# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""``volumes:`` of a service, and where relative paths lead."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.kinds import (
    BAD,
    boolean,
    choice,
    integer,
    record,
    size,
    text,
)
from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Mount
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report, join

Resolve = Callable[[str], str]

_PROPAGATION = ("private", "rprivate", "shared", "rshared", "slave", "rslave")
_CONSISTENCY = ("cached", "delegated", "consistent")
_HINT = 'write it like "data:/var/lib/data", "./dir:/dir:ro" or as a mapping with type, source and target'
_LONG = record(
    {
        "type": choice("bind", "volume", "tmpfs"),
        "source": text,
        "target": text,
        "read_only": boolean,
        "consistency": text,
        "bind": record(
            {"propagation": choice(*_PROPAGATION), "create_host_path": boolean, "selinux": choice("z", "Z")}
        ),
        "volume": record({"nocopy": boolean, "subpath": text}),
        "tmpfs": record({"size": size, "mode": integer(0)}),
    },
    needs=["type", "target"],
)


def resolver(directory: str, home: str | None) -> Resolve:
    """Return a function that makes a path of the file one from where the reader stands, ``~`` included."""

    def resolve(path: str) -> str:
        if home and (path == "~" or path.startswith("~/")):
            path = home + path[1:]
        return posixpath.normpath(posixpath.join(directory, path))

    return resolve


def is_path(source: str) -> bool:
    """Tell whether the source of a short mount is a path and not the name of a volume."""
    return source.startswith((".", "/", "~"))


def parse_mounts(value: Any, path: str, report: Report, resolve: Resolve) -> Any:
    """Return the mounts of a service as a tuple of Mount, or BAD. A later mount replaces one of the same target."""
    if not isinstance(value, list):
        report.error(path, value, "must be a list", _HINT)
        return BAD
    results = [_entry(item, join(path, index), report, resolve) for index, item in enumerate(value)]
    if any(one is BAD for one in results):
        return BAD
    return tuple({posixpath.normpath(mount.target): mount for mount in results}.values())


def _entry(value: Any, path: str, report: Report, resolve: Resolve) -> Any:
    if isinstance(value, dict):
        return _long(value, path, report, resolve)
    if isinstance(value, str) and value:
        return _short(value, path, report, resolve)
    report.error(path, value, "a mount is a text or a mapping", _HINT)
    return BAD


def _short(value: str, path: str, report: Report, resolve: Resolve) -> Any:
    parts = value.split(":")
    if len(parts) > 3 or not all(parts):
        report.error(path, value, "a mount is [source:]target[:options]", _HINT)
        return BAD
    if len(parts) == 1:
        return Mount(type="volume", target=value, options={"volume": {}})
    source, target, words = parts[0], parts[1], (parts[2].split(",") if len(parts) == 3 else [])
    bind = is_path(source)
    options: dict[str, Any] = {"bind": {"create_host_path": True}} if bind else {"volume": {}}
    for word in words:
        if word in _CONSISTENCY:
            options["consistency"] = word
        elif bind and word in ("z", "Z"):
            options["bind"]["selinux"] = word
        elif bind and word in _PROPAGATION:
            options["bind"]["propagation"] = word
        elif word == "nocopy" and not bind:
            options["volume"]["nocopy"] = True
        elif word not in ("ro", "rw"):
            report.error(path, value, "the mount's options must be known", "ro, rw, z, Z, nocopy, cached, delegated")
            return BAD
    kind, source = ("bind", resolve(source)) if bind else ("volume", source)
    return Mount(type=kind, source=source, target=target, read_only="ro" in words, options=options)


def _long(value: dict[Any, Any], path: str, report: Report, resolve: Resolve) -> Any:
    fields = _LONG(value, path, report)
    if fields is BAD:
        return BAD
    source = fields.pop("source", None) or None
    kind, target, read_only = fields.pop("type"), fields.pop("target"), fields.pop("read_only", False)
    if kind == "bind" and source is None:
        report.error(join(path, "source"), None, "a bind mount needs its source", _HINT)
        return BAD
    if kind == "bind" and source is not None:
        source = resolve(source)
    return Mount(type=kind, source=source, target=target, read_only=read_only, options=fields)

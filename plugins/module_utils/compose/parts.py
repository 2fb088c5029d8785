# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Parts of a service that take more than a table: commands, health, environment, networks, what it depends on."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose import keys
from ansible_collections.holdfast.host.plugins.module_utils.compose.dotenv import parse
from ansible_collections.holdfast.host.plugins.module_utils.compose.extends import is_remote
from ansible_collections.holdfast.host.plugins.module_utils.compose.kinds import (
    BAD,
    Kind,
    boolean,
    duration,
    has_text_keys,
    integer,
    one_of,
    pair_map,
    record,
    text,
    under,
)
from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Dependency
from ansible_collections.holdfast.host.plugins.module_utils.compose.mounts import Resolve
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report, join


def command(value: Any, path: str, report: Report) -> Any:
    """A command as a list of words; a text is split as a shell would split it."""
    if isinstance(value, list):
        return keys.words(value, path, report)
    if not isinstance(value, str):
        report.error(path, value, "must be a text or a list of texts")
        return BAD
    try:
        return shlex.split(value)
    except ValueError as error:
        report.error(path, None, f"the command must split into words: {error}", "write it as a list")
        return BAD


def _test(value: Any, path: str, report: Report) -> Any:
    if isinstance(value, str):
        return ["CMD-SHELL", value]
    words = keys.words(value, path, report) if isinstance(value, list) else BAD
    if words is BAD:
        report.error(path, None, "must be a text or a list of texts")
    elif words and words[0] not in ("CMD", "CMD-SHELL", "NONE"):
        report.error(path, None, "the list must start with CMD, CMD-SHELL or NONE", "a plain text runs in a shell")
        return BAD
    return words


_HEALTH = record(
    {
        "test": _test,
        "disable": boolean,
        "retries": integer(0),
        **dict.fromkeys(("interval", "timeout", "start_period", "start_interval"), duration),
    }
)


def healthcheck(value: Any, path: str, report: Report) -> Any:
    """A health check; a test of NONE is the same as ``disable: true``."""
    fields = _HEALTH(value, path, report)
    if fields is BAD:
        return BAD
    if fields.get("disable") or fields.get("test", [""])[:1] == ["NONE"]:
        return {"disable": True}
    return {key: entry for key, entry in fields.items() if key != "disable" and entry != []}


def build(resolve: Resolve, env: Mapping[str, str]) -> Kind:
    """``build:`` as a mapping with its context resolved; arguments without value come from ``env`` or are left out."""

    def arguments(value: Any, path: str, report: Report) -> Any:
        checked = pair_map(None)(value, path, report)
        if checked is BAD:
            return BAD
        found = {name: env.get(name) if given is None else given for name, given in checked.items()}
        return {name: given for name, given in found.items() if given is not None}

    table = record({**keys.BUILD, "args": arguments})

    def check(value: Any, path: str, report: Report) -> Any:
        fields = table({"context": value} if isinstance(value, str) else value, path, report)
        if fields is BAD:
            return BAD
        fields = {key: entry for key, entry in fields.items() if entry != {}}
        context = fields.get("context") or "."
        inline = {} if "dockerfile_inline" in fields else {"dockerfile": "Dockerfile"}
        return inline | fields | {"context": context if is_remote(context) else resolve(context)}

    return check


_ENV_FILE = one_of(
    (str, under("path")),
    (dict, record({"path": text, "required": boolean, "format": text}, needs=["path"])),
)


def env_files(value: Any, path: str, report: Report) -> Any:
    """``env_file:`` as a list of mappings with path and required."""
    single = not isinstance(value, list)
    entries = [_ENV_FILE(one, path if single else join(path, at), report) for at, one in enumerate(_as_list(value))]
    return BAD if any(one is BAD for one in entries) else entries


def env_reader(resolve: Resolve, read_text: Callable[[str], str], env: Mapping[str, str]) -> Kind:
    """Return what reads a service's env files, later ones over earlier ones; ``env`` is for what they refer to."""

    def read(entries: list[dict[str, Any]], path: str, report: Report) -> dict[str, str | None]:
        values: dict[str, str | None] = {}
        for entry in entries:
            content = _content(entry, path, report, lambda file: read_text(resolve(file)))
            earlier = {name: given for name, given in values.items() if given is not None}
            result = parse(content, {**earlier, **env})
            for line, problem in result.problems:
                report.error(path, f"{entry['path']}:{line}", problem)
            found = {name: env.get(name) if given is None else given for name, given in result.values.items()}
            values.update({name: given for name, given in found.items() if given is not None})
        return values

    return read


def _content(entry: dict[str, Any], path: str, report: Report, read_text: Callable[[str], str]) -> str:
    file = entry["path"]
    if entry.get("format") is not None:
        report.error(path, file, "the format of an env file can't be chosen here", "remove format:")
        return ""
    try:
        return read_text(file)
    except (FileNotFoundError, IsADirectoryError):
        if entry.get("required", True):
            report.error(path, file, "the file must be there", "or write it with required: false")
    except ValueError:
        report.error(path, file, "the file must be UTF-8 text")
    return ""


def networks(value: Any, path: str, report: Report) -> Any:
    """The networks of a service: key to options."""
    return _named(value, path, report, keys.NETWORK_USE, {})


def depends_on(value: Any, path: str, report: Report) -> Any:
    """What a service depends on: name to Dependency."""
    entries = _named(value, path, report, keys.DEPENDENCY, {"condition": "service_started"})
    return BAD if entries is BAD else {name: Dependency(**entry) for name, entry in entries.items()}


def _named(value: Any, path: str, report: Report, kind: Kind, default: dict[str, Any]) -> Any:
    if isinstance(value, list):
        names = [text(one, join(path, index), report) for index, one in enumerate(value)]
        return BAD if any(one is BAD for one in names) else {name: dict(default) for name in names}
    if not has_text_keys(value, path, report):
        return BAD
    empty = kind is keys.NETWORK_USE
    entries = {
        name: {} if entry is None and empty else kind(entry, join(path, name), report) for name, entry in value.items()
    }
    return BAD if any(entry is BAD for entry in entries.values()) else entries


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

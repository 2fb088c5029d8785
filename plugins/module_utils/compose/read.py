# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Read the user's own Compose files: everything that is wrong is told at once, nothing is changed or run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose import dotenv, keys
from ansible_collections.holdfast.host.plugins.module_utils.compose.extends import Files
from ansible_collections.holdfast.host.plugins.module_utils.compose.kinds import BAD, Kind, has_text_keys
from ansible_collections.holdfast.host.plugins.module_utils.compose.merge import merge_files, settle
from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Project, Service
from ansible_collections.holdfast.host.plugins.module_utils.compose.mounts import Resolve, resolver
from ansible_collections.holdfast.host.plugins.module_utils.compose.references import check_references
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report
from ansible_collections.holdfast.host.plugins.module_utils.compose.services import (
    Context,
    service_from,
    service_kind,
)
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, nearest

_PROJECT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*", re.ASCII)
_SERVICE_NAME = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_SECTIONS: dict[str, Kind] = {
    "volumes": keys.VOLUME,
    "networks": keys.NETWORK,
    "secrets": keys.SECRET,
    "configs": keys.CONFIG,
}


def read(
    paths: Sequence[str],
    *,
    load: Callable[[str], object],
    read_text: Callable[[str], str],
    env: Mapping[str, str],
    profiles: Sequence[str] = (),
) -> tuple[Project | None, list[Finding]]:
    """Return the project that the Compose files describe together, or None, and all findings.

    paths: one or more files, later ones override earlier ones as ``docker compose -f a -f b`` does. load: path to
    parsed YAML; raises FileNotFoundError, or ValueError that names the line. read_text: path to text, for ``.env``
    and ``env_file``; raises FileNotFoundError. env: the environment for interpolation; ``.env`` beside the first
    file fills what it has not. The project is None when a finding is an error. No exception leaves this function but
    those of the callbacks that are not named here.
    """
    report = Report()
    if not paths:
        report.error("compose", None, "at least one Compose file must be given", "compose: compose.yaml")
        return None, report.findings
    directory = posixpath.dirname(paths[0]) or "."
    variables = _variables(directory, read_text, env, report)
    files = Files(load, variables, report)
    tree = settle(reduce(lambda base, over: merge_files(base, over, report), map(files.extended, paths)))
    if not tree and report.failed:
        return None, report.findings
    _top(tree, report)
    resolve = resolver(directory, variables.get("HOME"))
    context = Context(resolve=resolve, read_text=read_text, env=variables, report=report)
    project = _project(tree, context, directory, profiles)
    return (None if report.failed else project), report.findings


def _variables(
    directory: str, read_text: Callable[[str], str], env: Mapping[str, str], report: Report
) -> dict[str, str]:
    path = posixpath.join(directory, ".env")
    try:
        result = dotenv.parse(read_text(path), env)
    except FileNotFoundError:
        return dict(env)
    except ValueError:
        report.error("compose", path, "the file must be UTF-8 text")
        return dict(env)
    for line, problem in result.problems:
        report.error("compose", f"{path}:{line}", problem)
    return {name: value for name, value in result.values.items() if value is not None} | dict(env)


def _top(tree: dict[str, Any], report: Report) -> None:
    for key in tree:
        if not isinstance(key, str) or (key not in keys.TOP and not key.startswith("x-")):
            hint = nearest(str(key), keys.TOP)
            report.error(f"compose.{key}", str(key), "is not a key that a Compose file has at the top", hint)
    if tree.get("include") is not None:
        hint = "list the included files themselves, in order, where this file is named"
        report.error("compose.include", tree["include"], "include is not supported", hint)
    name = tree.get("name")
    if name is not None and not (isinstance(name, str) and _PROJECT_NAME.fullmatch(name)):
        hint = "start with a letter or digit; go on with letters, digits, - and _"
        report.error("compose.name", name, "a project's name is of lower-case letters", hint)


def _project(tree: dict[str, Any], context: Context, directory: str, profiles: Sequence[str]) -> Project:
    report = context.report
    fields = _services(tree.get("services"), context)
    active = set(profiles)
    _known_profiles(fields, profiles, report)
    enabled = {name for name, one in fields.items() if _enabled(one.get("profiles", []), active)}
    services: dict[str, Service] = {}
    for name, one in fields.items():
        service = service_from(name, one, context, enabled=name in enabled)
        if name in enabled:
            services[name] = service
    disabled = [name for name in fields if name not in enabled]
    top = {section: _section(tree, section, kind, report) for section, kind in _SECTIONS.items()}
    check_references(services, disabled, {key: tree.get(key) or {} for key in _SECTIONS if _is_map(tree, key)}, report)
    if any("default" in service.networks for service in services.values()):
        top["networks"].setdefault("default", {})
    for section in ("secrets", "configs"):
        top[section] = {key: _located(one, context.resolve) for key, one in top[section].items()}
    title = tree.get("name")
    return Project(
        name=title if isinstance(title, str) else None,
        directory=directory,
        services={key: _without(one, disabled) for key, one in services.items()},
        disabled=tuple(disabled),
        **top,
    )


def _without(service: Service, disabled: Sequence[str]) -> Service:
    """Return a service without its optional dependencies on services that are not there to wait for."""
    kept = {key: one for key, one in service.depends_on.items() if key not in disabled}
    return replace(service, depends_on=kept)


def _services(value: Any, context: Context) -> dict[str, dict[str, Any]]:
    report = context.report
    if not value:
        report.error("compose.services", None, "a Compose file needs at least one service")
        return {}
    if not has_text_keys(value, "compose.services", report):
        return {}
    kind = service_kind(context)
    fields: dict[str, dict[str, Any]] = {}
    for name, one in value.items():
        path = f"compose.services.{name}"
        if name.startswith("x-"):
            continue
        if not _SERVICE_NAME.fullmatch(name):
            report.error(path, name, "a service's name is of letters, digits, ., _ and -", "rename it")
        checked = kind(one, path, report)
        if isinstance(one, dict) and not one.get("image") and not one.get("build"):
            report.error(path, None, "a service needs an image or a build", f"give services.{name}.image")
        if checked is not BAD:
            fields[name] = checked
    return fields


def _enabled(own: Sequence[str], active: set[str]) -> bool:
    return not own or "*" in active or bool(active.intersection(own))


def _known_profiles(fields: Mapping[str, dict[str, Any]], profiles: Sequence[str], report: Report) -> None:
    known = {name for one in fields.values() for name in one.get("profiles", [])}
    for name in profiles:
        if name not in known and name != "*":
            hint = nearest(name, known) if known else "no service has profiles"
            report.error("compose.profiles", name, "a profile that is enabled must stand at a service", hint)


def _section(tree: dict[str, Any], section: str, kind: Kind, report: Report) -> dict[str, dict[str, Any]]:
    value = tree.get(section)
    path = f"compose.{section}"
    if value is None or not has_text_keys(value, path, report):
        return {}
    entries = {key: kind({} if one is None else one, f"{path}.{key}", report) for key, one in value.items()}
    if section in ("secrets", "configs"):
        for key, one in entries.items():
            _sourced(one, f"{path}.{key}", report)
    return {key: one for key, one in entries.items() if one is not BAD}


def _sourced(entry: Any, path: str, report: Report) -> None:
    sources = ("file", "environment", "content", "external")
    if entry is not BAD and sum(1 for key in sources if entry.get(key)) != 1:
        hint = "file:, environment:, content: (configs) or external: true"
        report.error(path, None, "needs exactly one source", hint)


def _located(entry: dict[str, Any], resolve: Resolve) -> dict[str, Any]:
    return entry | {"file": resolve(entry["file"])} if "file" in entry else entry


def _is_map(tree: dict[str, Any], key: str) -> bool:
    return isinstance(tree.get(key), dict)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Open Compose files and follow ``extends``: within a file, into others, in chains."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.interpolate import interpolate
from ansible_collections.holdfast.host.plugins.module_utils.compose.kinds import BAD, one_of, record, text, under
from ansible_collections.holdfast.host.plugins.module_utils.compose.merge import Tagged, merge_service
from ansible_collections.holdfast.host.plugins.module_utils.compose.mounts import is_path, resolver
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report
from ansible_collections.holdfast.host.plugins.module_utils.errors import nearest

_EXTENDS = one_of(
    (str, under("service")),
    (dict, record({"service": text, "file": text}, needs=["service"])),
)
_REMOTE = ("http://", "https://", "git@", "git://", "ssh://", "github.com/")


class Files:
    """The Compose files of one reading: each is loaded and interpolated once, its services extended on demand."""

    def __init__(self, load: Callable[[str], object], env: Mapping[str, str], report: Report) -> None:
        self._load = load
        self._env = env
        self._report = report
        self._trees: dict[str, dict[str, Any]] = {}

    def tree(self, path: str, where: str = "compose") -> dict[str, Any]:
        """Return a file's tree with variables replaced; empty, and a finding at ``where``, if it can't be read."""
        if path not in self._trees:
            self._trees[path] = self._open(path, where)
        return self._trees[path]

    def extended(self, path: str) -> dict[str, Any]:
        """Return a file's tree in which every service that extends another holds what it takes over."""
        tree = self.tree(path)
        services = tree.get("services")
        if not isinstance(services, dict):
            return tree
        return tree | {"services": {name: self._service(path, name, ()) for name in services}}

    def _open(self, path: str, where: str) -> dict[str, Any]:
        try:
            value = self._load(path)
        except (FileNotFoundError, IsADirectoryError):
            self._report.error(where, path, "the file must be there", "paths start beside the file that names them")
            return {}
        except ValueError as error:
            self._report.error(where, path, f"the file must be valid YAML: {error}")
            return {}
        if not isinstance(value, dict):
            self._report.error(where, path, "a Compose file is a mapping with services")
            return {}
        tree: dict[str, Any] = interpolate(value, self._env, "compose", self._report)
        return tree

    def _service(self, path: str, name: str, chain: tuple[tuple[str, str], ...]) -> Any:
        service = self.tree(path)["services"][name]
        where = f"compose.services.{name}"
        if not isinstance(service, dict) or service.get("extends") is None:
            return service
        own = {key: value for key, value in service.items() if key != "extends"}
        if isinstance(service["extends"], Tagged):
            return own
        wanted = _EXTENDS(service["extends"], f"{where}.extends", self._report)
        if wanted is BAD:
            return own
        other = self._other(path, wanted, where)
        if other is None or (other, wanted["service"]) in (*chain, (path, name)):
            if other is not None:
                rule = "services must not extend each other in a ring"
                self._report.error(f"{where}.extends", wanted["service"], rule)
            return own
        base = self._service(other, wanted["service"], (*chain, (path, name)))
        if not isinstance(base, dict):
            return own
        if other != path:
            base = _rebased(base, _from(posixpath.dirname(path) or ".", posixpath.dirname(other) or "."))
        return merge_service(base, own, where, self._report)

    def _other(self, path: str, wanted: dict[str, str], where: str) -> str | None:
        """Return the file in which the wanted service stands, or None and a finding."""
        file = path
        if wanted.get("file"):
            file = posixpath.normpath(posixpath.join(posixpath.dirname(path), wanted["file"]))
        services = self.tree(file, f"{where}.extends.file").get("services")
        if not isinstance(services, dict):
            services = {}
        if wanted["service"] in services:
            return file
        if self._trees[file]:
            name, rule = wanted["service"], f"the service must stand in {posixpath.basename(file)}"
            self._report.error(f"{where}.extends.service", name, rule, nearest(name, services))
        return None


def is_remote(context: str) -> bool:
    """Tell whether a build context is a repository's address and not a directory."""
    return context.startswith(_REMOTE)


def _from(start: str, directory: str) -> str:
    if posixpath.isabs(directory) and not posixpath.isabs(start):
        return directory
    return posixpath.relpath(directory, start)


def _rebased(service: dict[str, Any], directory: str) -> dict[str, Any]:
    """Return a service taken from a file elsewhere, its relative paths written from where it is taken to."""
    resolve = resolver(directory, None)

    def moved(value: Any) -> Any:
        tilde = isinstance(value, str) and value.startswith("~")
        return resolve(value) if isinstance(value, str) and not tilde else value

    changes: dict[str, Callable[[Any], Any]] = {
        "build": lambda value: _build(value, moved),
        "env_file": lambda value: _each(value, lambda one: _at_key(one, "path", moved)),
        "volumes": lambda value: _each(value, lambda one: _mount(one, moved)),
    }
    return {key: changes[key](value) if key in changes else value for key, value in service.items()}


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    return [change(one) for one in value] if isinstance(value, list) else change(value)


def _at_key(value: Any, key: str, moved: Callable[[Any], Any]) -> Any:
    if not isinstance(value, dict):
        return moved(value)
    return value | {key: moved(value[key])} if key in value else value


def _build(value: Any, moved: Callable[[Any], Any]) -> Any:
    def local(context: Any) -> Any:
        return context if isinstance(context, str) and is_remote(context) else moved(context)

    return _at_key({"context": "."} | value if isinstance(value, dict) else value, "context", local)


def _mount(value: Any, moved: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return _at_key(value, "source", moved) if value.get("type") == "bind" else value
    if isinstance(value, str) and ":" in value and is_path(value):
        source, rest = value.split(":", 1)
        path = moved(source)
        return f"{path if path.startswith(('/', '.', '~')) else './' + path}:{rest}"
    return value

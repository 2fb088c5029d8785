# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Lay one Compose tree over another by Compose's own rules.

Mappings merge, lists grow, plain values are replaced; the tables below name what differs. Source: the Compose
specification, "Merge and override", and what ``docker compose config`` answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report, join


@dataclass(frozen=True, kw_only=True)
class Tagged:
    """A value that the file marks: ``!reset`` removes what earlier files say, ``!override`` replaces it."""

    tag: str
    value: Any = None


# Below services.<name>: what is replaced whole, and what may be written as a list or a mapping and merges by key.
_REPLACED = {"command", "entrypoint", "healthcheck.test"}
_PAIRS = {
    "environment",
    "labels",
    "annotations",
    "sysctls",
    "build.args",
    "build.labels",
    "deploy.labels",
    "extra_hosts",
}
_NAMED = {"networks": None, "depends_on": {"condition": "service_started", "required": True}}
_TOP, _OUTSIDE = "<top>", "<outside services>"  # where none of these rules holds
_GROWING = {"dns", "dns_search", "dns_opt", "env_file", "tmpfs"}


def merge_files(base: dict[str, Any], over: dict[str, Any], report: Report) -> dict[str, Any]:
    """Return the whole file ``base`` with ``over`` laid on it."""
    return _mapping(base, over, "compose", _TOP, report)


def merge_service(base: dict[str, Any], over: dict[str, Any], path: str, report: Report) -> dict[str, Any]:
    """Return one service's tree with another laid on it: an override file's, or that of who extends it."""
    return _mapping(base, over, path, "", report)


def settle(value: Any) -> Any:
    """Return a tree without marks: ``!reset`` takes its key along, ``!override`` leaves its value."""
    if isinstance(value, Tagged):
        return settle(value.value)
    if isinstance(value, dict):
        return {key: settle(item) for key, item in value.items() if not _is_reset(item)}
    if isinstance(value, list):
        return [settle(item) for item in value if not _is_reset(item)]
    return value


def pairs(value: Any) -> dict[str, Any] | None:
    """Return ``[A=1, B]`` or ``{A: 1}`` as a dict, None where a name has no value; None when it is neither."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    split = [item.partition("=") for item in value]
    return {name: text if equals else None for name, equals, text in split}


def _is_reset(value: Any) -> bool:
    return isinstance(value, Tagged) and value.tag == "reset"


def _mapping(base: dict[str, Any], over: dict[str, Any], path: str, rule: str, report: Report) -> dict[str, Any]:
    result = dict(base)
    for key, item in over.items():
        below = join(path, key)
        if _is_reset(item):
            result.pop(key, None)
        elif isinstance(item, Tagged):
            result[key] = item.value
        elif rule == _TOP and key == "services" and isinstance(item, dict) and isinstance(result.get(key), dict):
            result[key] = _services(result[key], item, below, report)
        elif key not in result or result[key] is None or rule in _PAIRS or f"{rule}.{key}".lstrip(".") in _REPLACED:
            result[key] = item
        elif item is not None:
            inner = _OUTSIDE if rule in (_TOP, _OUTSIDE) else f"{rule}.{key}".lstrip(".")
            result[key] = _value(result[key], item, below, inner, report)
    return result


def _services(base: dict[str, Any], over: dict[str, Any], path: str, report: Report) -> dict[str, Any]:
    result = dict(base)
    for name, service in over.items():
        old = result.get(name)
        if _is_reset(service):
            result.pop(name, None)
        elif isinstance(service, dict) and isinstance(old, dict):
            result[name] = merge_service(old, service, join(path, name), report)
        elif service is not None:
            result[name] = service
    return result


def _value(base: Any, over: Any, path: str, rule: str, report: Report) -> Any:
    base = base.value if isinstance(base, Tagged) else base
    if rule in _REPLACED or rule.startswith("ulimits."):
        return over
    base, over = _same_shape(base, over, rule)
    if rule == "logging" and isinstance(base, dict) and isinstance(over, dict):
        drivers = (base.get("driver"), over.get("driver"))
        if None not in drivers and drivers[0] != drivers[1]:
            return over
    if isinstance(base, dict) and isinstance(over, dict):
        return _mapping(base, over, path, rule, report)
    if isinstance(base, list) and isinstance(over, list):
        return base + [item for item in over if item not in base]
    if isinstance(base, dict | list) or isinstance(over, dict | list):
        report.error(path, over, "an override has the same form as what it overrides", "write both in the same form")
    return over


def _same_shape(base: Any, over: Any, rule: str) -> tuple[Any, Any]:
    if rule in _PAIRS:
        both = (_hosts(base), _hosts(over)) if rule == "extra_hosts" else (pairs(base), pairs(over))
        return both if None not in both else (base, over)
    if rule in _NAMED:
        return _named(base, rule), _named(over, rule)
    if rule in _GROWING:
        return _listed(base), _listed(over)
    if rule == "build":
        return _built(base), _built(over)
    return base, over


def _named(value: Any, rule: str) -> Any:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return dict.fromkeys(value, _NAMED[rule])
    return value


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _built(value: Any) -> Any:
    return {"context": value} if isinstance(value, str) else value


def _hosts(value: Any) -> Any:
    """Return extra_hosts as a list of ``name=address``: one name may have several addresses, so lists only grow."""
    if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
        return [f"{name}={address}" for name, address in value.items()]
    return value

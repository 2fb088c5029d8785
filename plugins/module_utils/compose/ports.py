# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""``ports:`` in all its forms, one Port for each container port."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.kinds import BAD, choice, integer, record, text
from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Port
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report, join
from ansible_collections.holdfast.host.plugins.module_utils.compose.scalars import go_text

_MAX = 65535
_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)
_SHORT = re.compile(
    r"(?:(?P<host>\[[^\]]*\]|[^:\[\]]*):(?=[^:]*:))?"
    r"(?:(?P<published>[^:]*):)?(?P<target>[^:/]+)(?:/(?P<protocol>[a-z]+))?"
)
_PROTOCOLS = ("tcp", "udp", "sctp")
_HINT = 'write it like "8080:80", "127.0.0.1:8080:80/tcp" or "8000-8002:80-82"'


def parse_ports(value: Any, path: str, report: Report) -> Any:
    """Return the ports of a service as a tuple of Port, or BAD. A later entry replaces an equal earlier one."""
    if not isinstance(value, list):
        report.error(path, value, "must be a list", _HINT)
        return BAD
    results = [_entry(item, join(path, index), report) for index, item in enumerate(value)]
    if any(one is BAD for one in results):
        return BAD
    return tuple({(p.host_ip, p.published, p.target, p.protocol): p for ports in results for p in ports}.values())


def duplicates(owners: Iterable[tuple[str, Port]], report: Report) -> None:
    """Tell every host port that two container ports claim on the same or an overlapping address."""
    seen: list[tuple[str, Port]] = []
    for owner, port in owners:
        if port.published is None:
            continue
        for other, earlier in seen:
            same = (earlier.published, earlier.protocol) == (port.published, port.protocol)
            if same and _overlap(earlier.host_ip, port.host_ip):
                path = f"compose.services.{owner}.ports"
                report.error(path, port.published, f"services.{other} publishes this port already", "publish another")
                break
        seen.append((owner, port))


def _overlap(one: str | None, other: str | None) -> bool:
    if one == other or one is None or other is None:
        return True
    first, second = ipaddress.ip_address(one), ipaddress.ip_address(other)
    return first.version == second.version and (first == second or first.is_unspecified or second.is_unspecified)


def _entry(value: Any, path: str, report: Report) -> Any:
    if isinstance(value, dict):
        return _long(value, path, report)
    if isinstance(value, bool) or not isinstance(value, str | int):
        report.error(path, value, "a port is a text, a number or a mapping", _HINT)
        return BAD
    return _short(go_text(value), path, report)


def _short(value: str, path: str, report: Report) -> Any:
    match = _SHORT.fullmatch(value)
    targets = _range(match["target"]) if match else None
    published = _range(match["published"]) if match and match["published"] else None
    if match is None or targets is None or (match["published"] and published is None):
        report.error(path, value, f"a port is [address:][host port:]container port[/protocol], 1 to {_MAX}", _HINT)
        return BAD
    host = (match["host"] or "").strip("[]") or None
    protocol = match["protocol"] or "tcp"
    known = protocol in _PROTOCOLS and _address(host)
    if not known:
        report.error(path, value, "the address must be an IP and the protocol tcp, udp or sctp", _HINT)
        return BAD
    if published is None:
        return [Port(target=target, host_ip=host, protocol=protocol) for target in targets]
    if len(targets) == len(published):
        both = zip(targets, published, strict=True)
        return [Port(target=inner, published=str(outer), host_ip=host, protocol=protocol) for inner, outer in both]
    if len(targets) > 1:
        report.error(path, value, "both port ranges must be of one length", _HINT)
        return BAD
    _tell_range(match["published"], path, report)
    return [Port(target=targets[0], host_ip=host, protocol=protocol)]


def _tell_range(published: str, path: str, report: Report) -> None:
    rule = "a range for one container port lets Docker choose; the port is read as not fixed"
    report.warn(path, published, rule, "name one host port if it matters")


def _range(value: str) -> list[int] | None:
    match = _RANGE.fullmatch(value)
    if match is None:
        return None
    first, last = int(match[1]), int(match[2] or match[1])
    return list(range(first, last + 1)) if 0 < first <= last <= _MAX else None


def _address(host: str | None) -> bool:
    try:
        return host is None or bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def _text_or_number(value: Any, path: str, report: Report) -> Any:
    return text(go_text(value) if isinstance(value, int) and not isinstance(value, bool) else value, path, report)


_LONG = record(
    {
        "target": integer(1, _MAX),
        "published": _text_or_number,
        "host_ip": text,
        "protocol": choice(*_PROTOCOLS),
        "mode": choice("ingress", "host"),
        "name": text,
        "app_protocol": text,
    },
    needs=["target"],
)


def _long(value: dict[Any, Any], path: str, report: Report) -> Any:
    fields = _LONG(value, path, report)
    if fields is BAD:
        return BAD
    extra = {key: fields[key] for key in ("name", "app_protocol") if key in fields}
    published, host = fields.get("published") or None, fields.get("host_ip") or None
    protocol = fields.get("protocol", "tcp")
    choices = _range(published) if published else [0]
    if choices is None or not _address(host):
        report.error(path, published if choices is None else host, "not a host port or not an IP address", _HINT)
        return BAD
    if len(choices) > 1:
        _tell_range(str(published), path, report)
        published = None
    mode = fields.get("mode", "ingress")
    return [Port(target=fields["target"], published=published, host_ip=host, protocol=protocol, mode=mode, extra=extra)]

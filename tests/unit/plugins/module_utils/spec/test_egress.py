# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Lists of what a service may reach: names with ports, services of the stack; all else is refused with a hint."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.spec.egress import Destination, Egress
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import parse_stack
from tests.planning import stack as declared

LEAST = {"name": "shop", "tier": "local"}


def listed(egress: Any) -> Egress:
    found = declared(services={"web": {"egress": egress}}).services["web"].egress
    assert found is not None
    return found


def test_a_list_is_enforced_and_a_mapping_says_more() -> None:
    assert listed(["api.example.org:443"]) == Egress(
        allow=(Destination(name="api.example.org", port=443, protocol="tls"),)
    )
    assert listed([]) == Egress(allow=())
    watched = listed({"mode": "observe", "allow": ["db"], "private": ["10.20.0.0/16"]})
    assert (watched.mode, watched.private) == ("observe", ("10.20.0.0/16",))
    assert watched.allow[0].inside
    assert declared().services["web"].egress is None


@pytest.mark.parametrize(
    ("entry", "name", "port", "protocol"),
    [
        ("API.example.org:443", "api.example.org", 443, "tls"),
        ("www.example.org:80", "www.example.org", 80, "http"),
        ("www.example.org:8080/http", "www.example.org", 8080, "http"),
        ("mail.example.org:587/tcp", "mail.example.org", 587, "tcp"),
        ("*.cdn.example.org:443", "*.cdn.example.org", 443, "tls"),
    ],
)
def test_an_entry_has_a_name_a_port_and_a_protocol(entry: str, name: str, port: int, protocol: str) -> None:
    assert listed([entry]).allow == (Destination(name=name, port=port, protocol=protocol),)


@pytest.mark.parametrize(
    "entry",
    ["203.0.113.7:443", "203.0.113.7", "[2001:db8::1]:443", "2001:db8::1", "api.example.org:0", "api.example.org:65536",
     "api.example.org:53", "api.example.org:443/udp", "api_x.example.org:443", "localhost:443", "a.*.example.org:443",
     "*:443", "*.mail.example.org:25/tcp", "https://api.example.org", "api.example.org:", "api example", 443, None,
     ":443"],
)  # fmt: skip
def test_what_is_no_entry_is_refused_with_a_hint(entry: Any) -> None:
    _, (finding,) = parse_stack(LEAST | {"services": {"web": {"egress": [entry]}}})
    assert finding.path == "holdfast_stack.services.web.egress[0]"
    assert finding.hint


@pytest.mark.parametrize(
    ("egress", "path"),
    [
        ("api.example.org:443", "web.egress"),
        ({"allow": [], "mod": "observe"}, "web.egress.mod"),
        ({"mode": "watch", "allow": []}, "web.egress.mode"),
        ({"mode": "observe"}, "web.egress.allow"),
        ({"allow": [], "private": ["10.20.0.7"]}, "web.egress.private[0]"),
        ({"allow": [], "private": ["10.20.0.7/16"]}, "web.egress.private[0]"),
    ],
)
def test_what_is_no_list_is_refused_with_a_hint(egress: Any, path: str) -> None:
    _, (finding,) = parse_stack(LEAST | {"services": {"web": {"egress": egress}}})
    assert finding.path.endswith(path)
    assert finding.hint

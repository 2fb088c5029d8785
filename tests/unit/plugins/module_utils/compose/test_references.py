# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What services name must be there, and no ring of them may wait for itself."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import (
    Dependency,
    Mount,
    Port,
    Service,
)
from ansible_collections.holdfast.host.plugins.module_utils.compose.references import check_references
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding

TOP: dict[str, dict[str, Any]] = {key: {"data": {}} for key in ("volumes", "networks", "secrets", "configs")}


def found(
    *services: Service, disabled: tuple[str, ...] = (), top: dict[str, dict[str, Any]] | None = None
) -> list[Finding]:
    """Return what is told of services, by default with one of everything at the top."""
    report = Report()
    check_references({one.name: one for one in services}, disabled, TOP if top is None else top, report)
    return report.findings


def waiting(name: str, *others: str, required: bool = True) -> Service:
    """Return a service that waits for others."""
    return Service(name=name, depends_on={other: Dependency(required=required) for other in others})


def users(key: str) -> dict[str, tuple[Service, str]]:
    """Return by section a service that names ``key`` there, and the place where it does."""
    return {
        "volumes": (Service(name="a", volumes=(Mount(type="volume", source=key, target="/d"),)), "volumes[0]"),
        "networks": (Service(name="a", networks={key: {}}), f"networks.{key}"),
        "secrets": (Service(name="a", secrets=({"source": key},)), "secrets[0]"),
        "configs": (Service(name="a", configs=({"source": "data"}, {"source": key})), "configs[1]"),
    }


@pytest.mark.parametrize("section", TOP)
def test_what_stands_at_the_top_may_be_named(section: str) -> None:
    assert found(users("data")[section][0]) == []


@pytest.mark.parametrize("section", TOP)
def test_what_is_missing_at_the_top_is_told_where_it_is_named(section: str) -> None:
    service, place = users("dta")[section]
    (finding,) = found(service)
    assert (finding.path, finding.value) == (f"compose.services.a.{place}", "dta")
    assert (finding.rule, finding.hint) == (f"must stand in the file's {section}:", "did you mean 'data'?")


@pytest.mark.parametrize("section", ["volumes", "networks", "secrets"])
def test_where_nothing_stands_at_the_top_it_says_what_to_add(section: str) -> None:
    assert [finding.hint for finding in found(users("k")[section][0], top={})] == [f"add {section}: {{k: }} at the top"]


@pytest.mark.parametrize(
    "service",
    [
        Service(name="a", networks={"default": {}}),
        Service(name="a", volumes=(Mount(type="volume", target="/x"),)),
        Service(name="a", volumes=(Mount(type="bind", source="/gone", target="/x"), Mount(type="tmpfs", target="/t"))),
    ],
    ids=["default network", "anonymous volume", "bind and tmpfs"],
)
def test_what_needs_nothing_at_the_top(service: Service) -> None:
    assert found(service, top={}) == []


def test_a_default_is_only_known_among_networks() -> None:
    assert [finding.path for finding in found(users("default")["volumes"][0])] == ["compose.services.a.volumes[0]"]


@pytest.mark.parametrize(
    ("service", "disabled", "words", "hint"),
    [
        (waiting("a", "b"), (), None, ""),
        (waiting("a", "c", required=False), ("c",), None, ""),
        (waiting("a", "c"), ("c",), "no enabled profile", "enable its profile"),
        (waiting("a", "bb"), (), "the file has not", "did you mean 'b'?"),
        (waiting("a", "worke"), ("worker",), "the file has not", "did you mean 'worker'?"),
        (waiting("a", "zzz", required=False), (), "the file has not", "known: a, b"),
    ],
)
def test_a_dependency_is_there(service: Service, disabled: tuple[str, ...], words: str | None, hint: str) -> None:
    findings = found(service, Service(name="b"), disabled=disabled)
    assert [finding.path for finding in findings] == [
        f"compose.services.a.depends_on.{name}" for name in service.depends_on if words
    ]
    assert all(words is not None and words in one.rule and hint in one.hint for one in findings)


@pytest.mark.parametrize(
    ("edges", "rings"),
    [
        ({"a": "b", "b": "c", "c": ""}, []),
        ({"a": "bc", "b": "d", "c": "d", "d": ""}, []),
        ({"a": "a"}, ["a -> a"]),
        ({"a": "b", "b": "a"}, ["a -> b -> a"]),
        ({"b": "a", "a": "b"}, ["b -> a -> b"]),
        ({"x": "a", "a": "b", "b": "c", "c": "a"}, ["a -> b -> c -> a"]),
        ({"a": "b", "b": "a", "c": "d", "d": "c"}, ["a -> b -> a", "c -> d -> c"]),
        ({"a": "bc", "b": "a", "c": "a"}, ["a -> b -> a", "a -> c -> a"]),
    ],
)
def test_a_ring_is_told_once(edges: dict[str, str], rings: list[str]) -> None:
    findings = found(*(waiting(name, *others) for name, others in edges.items()))
    assert [finding.value for finding in findings] == rings
    assert [finding.path for finding in findings] == [f"compose.services.{ring[0]}.depends_on" for ring in rings]


def test_a_long_chain_is_no_ring_and_no_recursion() -> None:
    names = [f"s{number}" for number in range(3000)]
    chain = [waiting(name, other) for name, other in pairwise(names)]
    assert found(*chain, Service(name=names[-1])) == []


@pytest.mark.parametrize(
    ("service", "told"),
    [
        (Service(name="a", replicas=1, extra={"container_name": "n"}, ports=(Port(target=1, published="1"),)), []),
        (Service(name="a", replicas=2, extra={"container_name": "n"}), [("container_name", "error")]),
        (Service(name="a", replicas=2, ports=(Port(target=1, published="1"),)), [("ports", "warning")]),
        (Service(name="a", replicas=2, ports=(Port(target=1),)), []),
    ],
)
def test_replicas_share_neither_name_nor_port(service: Service, told: list[tuple[str, str]]) -> None:
    expected = [(f"compose.services.a.{key}", level) for key, level in told]
    assert [(finding.path, finding.level) for finding in found(service)] == expected


def test_two_services_on_one_host_port_are_told() -> None:
    ports = (Port(target=80, published="80"),)
    findings = found(Service(name="a", ports=ports), Service(name="b", ports=ports))
    assert [finding.path for finding in findings] == ["compose.services.b.ports"]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A service's tree becomes a Service, whichever of Compose's forms it is written in."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import (
    Dependency,
    Resources,
    Service,
)
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report
from ansible_collections.holdfast.host.plugins.module_utils.compose.services import (
    Context,
    service_from,
    service_kind,
)
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding

ENV_FILES = {"/p/a.env": "A=file\nB=file\n"}


def read(tree: dict[str, Any], *, enabled: bool = True) -> tuple[Service, list[Finding]]:
    """Return the service of a tree, read in the directory /p with OUT set outside, and what is told of it."""
    report = Report()
    context = Context(resolve="/p/{}".format, read_text=ENV_FILES.__getitem__, env={"OUT": "out"}, report=report)
    fields = service_kind(context)(tree, "compose.services.a", report)
    return service_from("a", fields, context, enabled=enabled), report.findings


def limited(**resources: Any) -> dict[str, Any]:
    """Return the tree of a service with resources below deploy."""
    return {"deploy": {"resources": resources}}


def test_what_is_not_said_has_its_default() -> None:
    assert read({}) == (Service(name="a", networks={"default": {}}), [])


@pytest.mark.parametrize(
    ("tree", "field", "value"),
    [
        ({"image": "x"}, "image", "x"),
        ({"command": "a b"}, "command", ["a", "b"]),
        ({"profiles": ["p", "p"]}, "profiles", ("p",)),
        ({"environment": ["A=1", "OUT", "NOT"]}, "environment", {"A": "1", "OUT": "out", "NOT": None}),
        ({"environment": {"B": 2}, "env_file": "a.env"}, "environment", {"A": "file", "B": "2"}),
        ({"networks": {"n": None}}, "networks", {"n": {}}),
        ({"network_mode": "host"}, "networks", {}),
        (
            {"secrets": ["s", {"source": "s"}, {"source": "s", "target": "t"}]},
            "secrets",
            ({"source": "s"}, {"source": "s", "target": "t"}),
        ),
        ({"configs": ["c"]}, "configs", ({"source": "c"},)),
        ({"scale": 3}, "replicas", 3),
        ({"scale": 0}, "replicas", 0),
        ({"deploy": {"replicas": "2"}}, "replicas", 2),
        (
            {"mem_limit": "1m", "cpus": "0.5", "pids_limit": 9},
            "limits",
            Resources(cpus=0.5, memory_bytes=1 << 20, pids=9),
        ),
        (
            limited(limits={"cpus": "0.5", "memory": "1m", "pids": 9}),
            "limits",
            Resources(cpus=0.5, memory_bytes=1 << 20, pids=9),
        ),
        ({"mem_limit": 0, "cpus": 0, "pids_limit": 0}, "limits", Resources()),
        ({"pids_limit": -1}, "limits", Resources()),
        (limited(limits={"pids": -1}), "limits", Resources()),
        ({"mem_limit": "1m", **limited(limits={"memory": "1024k"})}, "limits", Resources(memory_bytes=1 << 20)),
        ({"mem_reservation": "1m"}, "reservations", Resources(memory_bytes=1 << 20)),
        (limited(reservations={"cpus": 1, "pids": 5}), "reservations", Resources(cpus=1.0, pids=5)),
        (limited(reservations={"cpus": 0, "pids": -1}), "reservations", Resources()),
        (limited(reservations={"memory": 0, "pids": 0}), "reservations", Resources()),
        ({"depends_on": ["b"]}, "depends_on", {"b": Dependency()}),
        ({"network_mode": "service:b"}, "depends_on", {"b": Dependency(restart=True)}),
        (
            {"ipc": "service:b", "pid": "service:c"},
            "depends_on",
            {"b": Dependency(restart=True), "c": Dependency(restart=True)},
        ),
        ({"network_mode": "container:b", "pid": "host", "ipc": "service:"}, "depends_on", {}),
        ({"pid": "service:b", "depends_on": ["b"]}, "depends_on", {"b": Dependency()}),
        ({"init": True, "dns": "9.9.9.9"}, "extra", {"init": True, "dns": ["9.9.9.9"]}),
        ({"cap_add": [], "labels": {}, "hostname": None, "x-a": 1}, "extra", {}),
        ({"tty": False}, "extra", {"tty": False}),
        (
            {"deploy": {"labels": ["a=b"], "mode": "replicated", "replicas": 2}},
            "extra",
            {"deploy": {"labels": {"a": "b"}, "mode": "replicated"}},
        ),
    ],
)
def test_a_field_in_normal_form(tree: dict[str, Any], field: str, value: Any) -> None:
    service, findings = read(tree)
    assert getattr(service, field) == value
    assert findings == []


@pytest.mark.parametrize(
    ("policy", "restart"),
    [
        ({}, "always"),
        ({"condition": "any"}, "always"),
        ({"condition": "always"}, "always"),
        ({"condition": "none"}, "no"),
        ({"condition": "no"}, "no"),
        ({"condition": "unless-stopped"}, "unless-stopped"),
        ({"condition": "on-failure"}, "on-failure"),
        ({"condition": "on-failure", "max_attempts": 3}, "on-failure:3"),
        ({"condition": "on-failure", "max_attempts": 0}, "on-failure"),
        ({"max_attempts": 3}, "always"),
    ],
)
def test_a_restart_policy_is_a_word(policy: dict[str, Any], restart: str) -> None:
    service, findings = read({"restart": restart, "deploy": {"restart_policy": policy}})
    assert (service.restart, findings) == (restart, [])


def test_the_policy_wins_and_that_is_told() -> None:
    service, findings = read({"restart": "always", "deploy": {"restart_policy": {"condition": "none"}}})
    assert service.restart == "no"
    assert [(one.path, one.value, one.level) for one in findings] == [
        ("compose.services.a.restart", "always", "warning")
    ]


@pytest.mark.parametrize(
    ("key", "older", "newer", "place"),
    [
        ("cpus", 1, limited(limits={"cpus": 2}), "deploy.resources.limits.cpus"),
        ("mem_limit", "1m", limited(limits={"memory": "2m"}), "deploy.resources.limits.memory"),
        ("pids_limit", 1, limited(limits={"pids": 2}), "deploy.resources.limits.pids"),
        ("mem_reservation", "1m", limited(reservations={"memory": "2m"}), "deploy.resources.reservations.memory"),
        ("scale", 0, {"deploy": {"replicas": 2}}, "deploy.replicas"),
    ],
)
def test_both_forms_must_say_the_same(key: str, older: Any, newer: dict[str, Any], place: str) -> None:
    _, findings = read({key: older, **newer})
    assert [(one.path, one.hint, one.level) for one in findings] == [
        (f"compose.services.a.{key}", f"keep {place}", "error")
    ]
    assert read({key: older})[1] == read(newer)[1] == []


def test_a_network_mode_takes_no_networks() -> None:
    _, findings = read({"network_mode": "host", "networks": ["n"]})
    assert [(one.path, one.level) for one in findings] == [("compose.services.a.network_mode", "error")]


def test_the_env_files_of_a_disabled_service_stay_unread() -> None:
    service, findings = read({"env_file": "gone.env", "environment": {"A": "1"}}, enabled=False)
    assert (service.environment, findings) == ({"A": "1"}, [])


def test_what_is_wrong_leaves_the_rest() -> None:
    service, findings = read({"image": "x", "user": 5, "ports": ["x"], "links": ["b"], "hostname": "h"})
    assert (service.image, service.user, service.ports, service.extra) == ("x", None, (), {"hostname": "h"})
    assert [one.path.removeprefix("compose.services.a.") for one in findings] == ["user", "ports[0]", "links"]

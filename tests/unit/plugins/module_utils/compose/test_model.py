# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Every part of a project comes back in the long form that Compose reads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import (
    Dependency,
    Mount,
    Port,
    Resources,
    Service,
)

_TCP = {"mode": "ingress", "protocol": "tcp"}


@pytest.mark.parametrize(
    ("port", "written"),
    [
        (Port(target=80), {"target": 80, **_TCP}),
        (Port(target=80, published="8080"), {"target": 80, "published": "8080", **_TCP}),
        (Port(target=80, host_ip="::1"), {"target": 80, "host_ip": "::1", **_TCP}),
        (Port(target=53, protocol="udp", mode="host"), {"target": 53, "protocol": "udp", "mode": "host"}),
        (Port(target=80, extra={"name": "web"}), {"target": 80, "name": "web", **_TCP}),
    ],
)
def test_a_port(port: Port, written: dict[str, Any]) -> None:
    assert port.as_compose() == written


@pytest.mark.parametrize(
    ("mount", "written"),
    [
        (Mount(type="tmpfs", target="/t"), {"type": "tmpfs", "target": "/t"}),
        (Mount(type="volume", source="v", target="/v"), {"type": "volume", "source": "v", "target": "/v"}),
        (
            Mount(type="bind", source="/a", target="/b", read_only=True, options={"bind": {"selinux": "z"}}),
            {"type": "bind", "source": "/a", "target": "/b", "read_only": True, "bind": {"selinux": "z"}},
        ),
    ],
)
def test_a_mount(mount: Mount, written: dict[str, Any]) -> None:
    assert mount.as_compose() == written


@pytest.mark.parametrize(
    ("dependency", "written"),
    [
        (Dependency(), {"condition": "service_started", "required": True}),
        (
            Dependency(condition="service_healthy", required=False, restart=True),
            {"condition": "service_healthy", "required": False, "restart": True},
        ),
    ],
)
def test_a_dependency(dependency: Dependency, written: dict[str, Any]) -> None:
    assert dependency.as_compose() == written


@pytest.mark.parametrize(
    ("resources", "written"),
    [
        (Resources(), {}),
        (Resources(cpus=0.5), {"cpus": "0.5"}),
        (Resources(cpus=2.0), {"cpus": "2"}),
        (Resources(memory_bytes=512), {"memory": "512"}),
        (Resources(cpus=1.25, memory_bytes=1, pids=9), {"cpus": "1.25", "memory": "1", "pids": 9}),
    ],
)
def test_resources(resources: Resources, written: dict[str, Any]) -> None:
    assert resources.as_compose() == written


@pytest.mark.parametrize(
    ("service", "written"),
    [
        (Service(name="a"), {}),
        (Service(name="a", image="x", user="0", restart="always"), {"image": "x", "user": "0", "restart": "always"}),
        (Service(name="a", build={"context": "/c"}), {"build": {"context": "/c"}}),
        (Service(name="a", command=["x"], entrypoint=[]), {"command": ["x"], "entrypoint": []}),
        (Service(name="a", environment={"A": "1", "B": None}), {"environment": {"A": "1", "B": None}}),
        (Service(name="a", ports=(Port(target=1),)), {"ports": [Port(target=1).as_compose()]}),
        (Service(name="a", volumes=(Mount(type="tmpfs"),)), {"volumes": [{"type": "tmpfs", "target": ""}]}),
        (Service(name="a", depends_on={"b": Dependency()}), {"depends_on": {"b": Dependency().as_compose()}}),
        (Service(name="a", healthcheck={"disable": True}), {"healthcheck": {"disable": True}}),
        (Service(name="a", network_mode="host"), {"network_mode": "host"}),
        (Service(name="a", networks={"n": {}}), {"networks": {"n": {}}}),
        (Service(name="a", profiles=("p",)), {"profiles": ["p"]}),
        (Service(name="a", secrets=({"source": "s"},)), {"secrets": [{"source": "s"}]}),
        (Service(name="a", configs=({"source": "c"},)), {"configs": [{"source": "c"}]}),
        (Service(name="a", extra={"init": True, "dns": ["9.9.9.9"]}), {"init": True, "dns": ["9.9.9.9"]}),
    ],
)
def test_a_service_says_what_it_was_given_and_no_more(service: Service, written: dict[str, Any]) -> None:
    assert service.as_compose() == written


@pytest.mark.parametrize(
    ("service", "deploy"),
    [
        (Service(name="a", replicas=1), None),
        (Service(name="a", replicas=0), {"replicas": 0}),
        (
            Service(name="a", replicas=3, limits=Resources(pids=1)),
            {"replicas": 3, "resources": {"limits": {"pids": 1}}},
        ),
        (Service(name="a", reservations=Resources(cpus=1)), {"resources": {"reservations": {"cpus": "1"}}}),
        (Service(name="a", extra={"deploy": {"mode": "replicated"}}), {"mode": "replicated"}),
        (
            Service(name="a", replicas=2, extra={"deploy": {"labels": {"x": "y"}}}),
            {"labels": {"x": "y"}, "replicas": 2},
        ),
    ],
)
def test_how_it_is_deployed(service: Service, deploy: dict[str, Any] | None) -> None:
    assert service.as_compose().get("deploy") == deploy


def test_writing_leaves_the_service_as_it_is() -> None:
    extra = {"deploy": {"mode": "replicated"}}
    Service(name="a", replicas=2, extra=extra).as_compose()
    assert extra == {"deploy": {"mode": "replicated"}}


@pytest.mark.parametrize(
    ("service", "written"),
    [
        (Service(name="a", environment={"A": "pa$$word"}), {"environment": {"A": "pa$$$$word"}}),
        (Service(name="a", command=["echo", "${HOME}"]), {"command": ["echo", "$${HOME}"]}),
        (Service(name="a", healthcheck={"test": ("CMD", "$A")}), {"healthcheck": {"test": ["CMD", "$$A"]}}),
        (Service(name="a", build={"args": {"A": "$"}}), {"build": {"args": {"A": "$$"}}}),
        (Service(name="a", extra={"labels": {"l": "$1"}, "shm_size": 5}), {"labels": {"l": "$$1"}, "shm_size": 5}),
    ],
)
def test_a_dollar_is_no_variable(service: Service, written: dict[str, Any]) -> None:
    assert service.as_compose() == written


@given(st.text(alphabet="$a{}", max_size=12))
def test_every_dollar_is_doubled_wherever_it_stands(text: str) -> None:
    service = Service(name="a", environment={"A": text}, command=[text], extra={"logging": {"options": {"o": text}}})
    written = service.as_compose()
    found = (written["environment"]["A"], written["command"][0], written["logging"]["options"]["o"])
    assert [one.replace("$$", "$") for one in found] == [text] * 3
    assert {one.count("$") for one in found} == {2 * text.count("$")}

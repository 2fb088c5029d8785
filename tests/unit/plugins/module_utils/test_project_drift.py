# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.containers import Container
from ansible_collections.holdfast.host.plugins.module_utils.project_drift import Wanted, drift, wanted

WEB = Container(
    id="c1", name="p-web-1", service="web", status="running", health="", exit_code=0, restart="unless-stopped",
    address="", config_hash="h1", image="sha256:1",
)  # fmt: skip
SERVICES = {"web": Wanted(config_hash="h1", image="sha256:1")}


def test_what_runs_as_it_is_written_does_not_differ() -> None:
    assert drift(SERVICES, [WEB]) == []


@pytest.mark.parametrize(
    ("container", "told"),
    [
        (replace(WEB, config_hash="h2"), ["p-web-1: its definition changed"]),
        (replace(WEB, image="sha256:2"), ["p-web-1: its image changed"]),
        (replace(WEB, status="created"), ["p-web-1: created"]),
        (replace(WEB, status="exited", exit_code=0), ["p-web-1: exited"]),
        (replace(WEB, status="exited", exit_code=1, restart="no"), ["p-web-1: exited"]),
        # Done, and as it should be.
        (replace(WEB, status="exited", exit_code=0, restart="no"), []),
        # Whether it is well is another question: Compose would not start it anew for that.
        (replace(WEB, health="unhealthy"), []),
        (replace(WEB, service="old", name="p-old-1"), ["p-old-1: not a service any more", "web: 0 of 1 containers"]),
    ],
)
def test_a_container_that_differs_is_told(container: Container, told: list[str]) -> None:
    assert drift(SERVICES, [container]) == told


@pytest.mark.parametrize("count", [0, 1, 3])
def test_replicas_are_counted(count: int) -> None:
    services = {"web": replace(SERVICES["web"], replicas=2)}
    assert drift(services, [WEB] * count) == [f"web: {count} of 2 containers"]


class Engine:
    """A project of two services; the image of one was not pulled yet."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken

    def __call__(self, command: Sequence[str], given: str) -> Result:
        assert given == ""
        if command[1] == "image":
            known = command[-1] == "web:1"
            return Result(status=0, out="sha256:1\n") if known else Result(status=1, err="No such image")
        assert command[:4] == ["docker", "compose", "--project-directory", "/etc/holdfast/app"]
        if self.broken:
            return Result(status=15, err="services.web: image is missing")
        if "--hash" in command:
            return Result(status=0, out="web h1\nworker h2\n")
        services = {"web": {"image": "web:1"}, "worker": {"image": "worker:1", "deploy": {"replicas": 2}}}
        return Result(status=0, out=json.dumps({"services": services}))


def test_compose_says_what_is_wanted() -> None:
    assert wanted(Engine(), "/etc/holdfast/app") == {
        "web": Wanted(config_hash="h1", image="sha256:1"),
        "worker": Wanted(config_hash="h2", image="", replicas=2),
    }


def test_what_compose_refuses_is_an_error() -> None:
    with pytest.raises(ValueError, match="image is missing"):
        wanted(Engine(broken=True), "/etc/holdfast/app")

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Containers as docker inspect describes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result, runner
from ansible_collections.holdfast.host.plugins.module_utils.containers import NotThereError, of_project, parse, the_one


def entry(name: str, status: str = "running", **more: Any) -> dict[str, Any]:
    return {
        "Id": f"id-{name}",
        "Name": f"/{name}",
        "State": {"Status": status, "ExitCode": 0},
        "Config": {"Labels": {"com.docker.compose.service": "db"}},
        "HostConfig": {"RestartPolicy": {"Name": ""}, "NetworkMode": "p_default"},
        "NetworkSettings": {"Networks": {"none": {"IPAddress": ""}, "p": {"IPAddress": "172.18.0.2"}}},
        **more,
    }


class Docker:
    """A docker that knows some containers."""

    def __init__(self, *entries: dict[str, Any], missing: bool = False) -> None:
        self.entries, self.missing = entries, missing

    def __call__(self, command: Sequence[str], given: str) -> Result:
        assert command[0] == "docker"
        assert given == ""
        if self.missing:
            return Result(status=127, err="docker is not installed")
        if command[1] == "ps":
            return Result(status=0, out="".join(e["Id"] + "\n" for e in self.entries))
        known = [e for e in self.entries if e["Id"] in command or e["Name"][1:] in command]
        return Result(status=0 if known else 1, out=json.dumps(known), err="" if known else "No such container")


def test_parse() -> None:
    container = parse(entry("a", State={"Status": "running", "Health": {"Status": "starting"}}))
    assert (container.name, container.service, container.address) == ("a", "db", "172.18.0.2")
    assert (container.health, container.restart, container.running) == ("starting", "no", True)


def test_a_container_in_the_hosts_network() -> None:
    assert parse(entry("a", HostConfig={"NetworkMode": "host"})).address == "127.0.0.1"


def test_the_one_by_service_and_by_name() -> None:
    docker = Docker(entry("old", "exited"), entry("new"))
    assert the_one(docker, {"project": "p", "service": "db"}).name == "new"
    assert the_one(docker, {"container": "new"}).id == "id-new"


@pytest.mark.parametrize(
    ("docker", "told"),
    [
        (Docker(), "service db of project p is not there yet"),
        (Docker(entry("a", "exited")), "is exited, not running"),
        (Docker(missing=True), "docker is not installed"),
    ],
)
def test_none_runs(docker: Docker, told: str) -> None:
    with pytest.raises(NotThereError, match=told):
        the_one(docker, {"project": "p", "service": "db"})


def test_two_run() -> None:
    with pytest.raises(ValueError, match="2 running containers"):
        the_one(Docker(entry("a"), entry("b")), {"project": "p", "service": "db"})


def test_an_unknown_name() -> None:
    with pytest.raises(NotThereError, match="No such container"):
        the_one(Docker(entry("a")), {"container": "b"})


def test_a_container_that_goes_while_it_is_listed() -> None:
    class Going(Docker):
        def __call__(self, command: Sequence[str], given: str) -> Result:
            result = super().__call__(command, given)
            return result if command[1] == "ps" else Result(status=1, out="[]", err="No such container")

    assert of_project(Going(entry("a")), "p") == []


def test_programs_that_are_missing_or_too_slow() -> None:
    assert runner()(["no-such-program"], "").status == 127
    assert runner(timeout_seconds=0.1)(["sleep", "5"], "").status == 124
    done = runner()(["cat"], "given")
    assert (done.status, done.out) == (0, "given")

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Volumes that an image's root entry point made, or nobody yet, serve a container that is never root."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.acceptance.running import one
from tests.acceptance.scenarios import Scenario
from tests.lab.shell import LabError, scaled, wait_until

NAME = "holdfast-old-volume"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """path: of its data. options: of docker run. command: the server's. ready, write, read: commands in it."""

    path: str
    options: tuple[str, ...]
    command: tuple[str, ...]
    ready: tuple[str, ...]
    write: tuple[str, ...]
    read: tuple[str, ...]


PSQL = ("psql", "-XAtq", "-U", "postgres", "-c")
KINDS = {
    "postgres": Kind(
        path="/var/lib/postgresql",
        options=("--env=POSTGRES_PASSWORD=throw-away",),
        command=(),
        ready=("pg_isready", "-q", "-h", "127.0.0.1"),
        write=(*PSQL, "CREATE TABLE kept AS SELECT 42 AS answer"),
        read=(*PSQL, "SELECT answer FROM kept"),
    ),
    "redis": Kind(
        path="/data",
        options=(),
        command=("redis-server", "--appendonly", "yes"),
        ready=("redis-cli", "ping"),
        write=("redis-cli", "set", "answer", "42"),
        read=("redis-cli", "get", "answer"),
    ),
}


@pytest.fixture
def clean(scenario: Scenario) -> Iterator[None]:
    """Leave neither the container nor its volume."""
    try:
        yield
    finally:
        scenario.inside("docker", "rm", "--force", "--volumes", NAME)
        scenario.inside("docker", "volume", "rm", "--force", NAME)


def answers(scenario: Scenario, kind: Kind) -> bool:
    """Tell whether the container's server answers."""
    try:
        scenario.inside("docker", "exec", NAME, *kind.ready)
    except LabError:
        return False
    return True


def start(scenario: Scenario, kind: Kind, image: str, *bounds: str) -> None:
    """Run a container on the volume and wait until its server answers."""
    mount = f"--volume={NAME}:{kind.path}"
    scenario.inside("docker", "run", "--detach", "--name", NAME, mount, *kind.options, *bounds, image, *kind.command)
    wait_until(f"{image} {' '.join(bounds)}", lambda: answers(scenario, kind), seconds=scaled(60))


def bounds_of(scenario: Scenario, service: str, path: str) -> list[str]:
    """Return the bounds of the stack's own container as options of docker run, with what it may write besides path."""
    inspected = one(scenario, service).inspected
    limits = inspected["HostConfig"]
    words = [f"--user={inspected['Config']['User']}"] + [f"--cap-drop={each}" for each in limits["CapDrop"]]
    words += [f"--security-opt={each}" for each in limits["SecurityOpt"]]
    words += [f"--tmpfs={path}:{options}" for path, options in limits["Tmpfs"].items()]
    mounts = [each for each in inspected["Mounts"] if each["Type"] == "volume" and each["RW"]]
    words += [f"--volume={each['Destination']}" for each in mounts if each["Destination"] != path]
    return [*words, "--read-only"]


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("old", [True, False], ids=["made by root", "fresh"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_volume_serves_who_is_never_root(scenario: Scenario, kind: str, old: bool) -> None:
    store = scenario.plan["stores"][kind]
    image = one(scenario, store["service"]).inspected["Config"]["Image"]
    assert image.rpartition("/")[2].startswith(kind), "the scenario has the servers that this test knows"
    bounds = bounds_of(scenario, store["service"], KINDS[kind].path)
    if old:
        start(scenario, KINDS[kind], image)
        scenario.inside("docker", "exec", NAME, *KINDS[kind].write)
        # As a machine that loses power: nothing is written on the way out.
        scenario.inside("docker", "kill", NAME)
        scenario.inside("docker", "rm", NAME)
    start(scenario, KINDS[kind], image, *bounds)
    if not old:
        scenario.inside("docker", "exec", NAME, *KINDS[kind].write)
    for after in ("", "restart", "kill"):
        if after:
            scenario.inside("docker", after, NAME)
            scenario.inside("docker", "start", NAME)
            wait_until(NAME, lambda: answers(scenario, KINDS[kind]), seconds=scaled(60))
        assert scenario.inside("docker", "exec", NAME, *KINDS[kind].read).strip() == "42"

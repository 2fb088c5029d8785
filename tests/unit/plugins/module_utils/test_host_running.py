# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The stack's containers as the engine shows them, and what their servers say that they run with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.host_running import read_running


def entry(service: str, project: str = "shop-stores", **labels: str) -> dict[str, Any]:
    """Return a container as docker inspect shows it."""
    given = {f"holdfast.{name}": value for name, value in labels.items()}
    return {
        "Id": f"id-{service}",
        "Config": {
            "Image": "some:1",
            "Env": ["POSTGRES_USER=holdfast", "TOKEN=hidden"],
            "Labels": {"com.docker.compose.project": project, "com.docker.compose.service": service, **given},
        },
        "State": {"Status": "running", "ExitCode": 0},
        "HostConfig": {"Memory": 1024**3, "NanoCpus": 1_500_000_000},
    }


class Engine:
    """Has containers; each server answers what the test says, by its id."""

    def __init__(self, *entries: dict[str, Any], **answers: str) -> None:
        self.entries, self.answers, self.asked = entries, answers, list[Sequence[str]]()

    def __call__(self, command: Sequence[str]) -> str | None:
        self.asked.append(command)
        if command[1] == "ps":
            return "\n".join(each["Id"] for each in self.entries)
        if command[1] == "inspect":
            return json.dumps([each for each in self.entries if each["Id"] in command])
        return self.answers.get(command[2].removeprefix("id-"))


def test_limits_image_and_our_labels_are_read() -> None:
    (found,) = read_running(Engine(entry("web", definition="abc")), []) or ()
    assert (found.project, found.service, found.image, found.state) == ("shop-stores", "web", "some:1", "running")
    assert (found.memory_bytes, found.cpus, found.labels) == (1024**3, 1.5, {"holdfast.definition": "abc"})
    assert "hidden" not in repr(found)


def test_postgres_is_asked_as_its_own_superuser() -> None:
    told = [["work_mem", "4MB", "kB", True], ["jit", "off", None, False]]
    engine = Engine(entry("db", kind="postgres"), db=json.dumps(told))
    (found,) = read_running(engine, []) or ()
    assert (found.settings, found.units) == ({"work_mem": "4MB", "jit": "off"}, {"work_mem": "kB"})
    assert found.written == ("work_mem",)
    assert "holdfast" in engine.asked[-1]


def test_no_password_of_redis_is_kept() -> None:
    answer = json.dumps({"maxmemory": "1", "requirepass": "hidden", "masterauth": "hidden"})
    (found,) = read_running(Engine(entry("cache", kind="redis"), cache=answer), []) or ()
    assert found.settings == {"maxmemory": "1"}


def test_nginx_says_of_which_plan_it_is() -> None:
    (found,) = read_running(Engine(entry("nginx", kind="nginx"), nginx="abc\n"), []) or ()
    assert found.settings == {"plan": "abc"}


@pytest.mark.parametrize("answer", [{}, {"db": "still starting"}])
def test_a_server_that_does_not_answer_is_there_all_the_same(answer: dict[str, str]) -> None:
    (found,) = read_running(Engine(entry("db", kind="postgres"), **answer), []) or ()
    assert (found.service, found.settings) == ("db", {})


def test_whose_containers_count() -> None:
    ours, named, foreign, once = entry("a", definition="x"), entry("b", "shop-blue"), entry("c", "blog"), entry("d")
    once["Config"]["Labels"]["com.docker.compose.oneoff"] = "True"
    found = read_running(Engine(ours, named, foreign, once), ["shop-blue", "shop-stores"]) or ()
    assert [each.service for each in found] == ["b", "a"]


def test_an_engine_that_does_not_answer_is_no_empty_host() -> None:
    assert read_running(lambda _: None, []) is None
    assert read_running(Engine(), []) == ()

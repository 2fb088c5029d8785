# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which Pythons serve; and that what is sent to a host runs with each of them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import pythons as subject
from tests import pythons

SERVING = [f"3.{minor}" for minor in range(subject.LEAST[1], subject.MOST[1] + 1)]
OLD = "3.9"
FILE = {"path": "/srv/holdfast-tried/x", "content": "x\n", "mode": "0600"}
# Modules that need nothing of a host but its Python, each with what it is asked for in check mode.
ASKED: dict[str, dict[str, Any]] = {
    "host_capacity": {},
    "files": {"files": [FILE], "absent": ["/srv/holdfast-tried-not"]},
    "guard": {"name": "tried", "files": [FILE], "check": [["false"]]},
}


# What only shows when it runs: sockets, and the file system's own errors.
PROBE = f"""
import asyncio, os
from {pythons.PACKAGE}.module_utils import egress_gate, egress_wire
from {pythons.PACKAGE}.module_utils.host_tree import Tree

class Gate:
    async def name(self, service, question):
        return b"answer to " + question

async def asked():
    loop = asyncio.get_running_loop()
    local = ("127.0.0.1", 0)
    server, _ = await loop.create_datagram_endpoint(lambda: egress_gate._Names(Gate(), None), local_addr=local)
    there = server.get_extra_info("sockname")
    client, exchange = await loop.create_datagram_endpoint(egress_wire._Exchange, remote_addr=there)
    client.sendto(b"query")
    try:
        return await asyncio.wait_for(exchange.answer, 10)
    finally:
        client.close(); server.close()

place = tempfile.mkdtemp()
os.symlink("round", place + "/round")
print(asyncio.run(asked()).decode(), Tree(place).resolve("/round"))
"""


@cache
def importer() -> str:
    return pythons.importer()


@cache
def scripts() -> dict[str, str]:
    return pythons.sent(ASKED)


@pytest.fixture
def python(request: pytest.FixtureRequest) -> str:
    """Return a version that is to be had here."""
    version: str = request.param
    if not pythons.command(version):
        pytest.skip(f"no Python {version}: neither on the PATH, nor of pyenv, nor in the lab's image {pythons.IMAGE}")
    return version


@pytest.mark.parametrize(
    ("version", "good"), [("3.9.2", False), ("3.10.0", True), ("3.14.1", True), ("3.15.0a1", False), ("unknown", True)]
)
def test_a_version_serves_within_its_bounds(version: str, good: bool) -> None:
    assert subject.serves(version) is good


def test_the_bounds_are_those_of_supported_systems() -> None:
    # Ubuntu 22.04 has 3.10, Ubuntu 26.04 has 3.14.
    assert (SERVING[0], SERVING[-1]) == ("3.10", "3.14")
    # Whoever runs the tests has one of them, so they never all skip.
    assert any(pythons.command(version) for version in SERVING)


@pytest.mark.parametrize("python", SERVING, indirect=True)
def test_every_file_that_is_sent_can_be_imported(python: str) -> None:
    done = pythons.run(python, importer())
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_file_that_cannot_be_imported_is_seen() -> None:
    # The judge must be able to say no.
    broken = pythons.IMPORTER.format(names=["holdfast_nowhere"])
    version = next(each for each in SERVING if pythons.command(each))
    assert "No module named 'holdfast_nowhere'" in pythons.run(version, broken).stdout


@pytest.mark.parametrize("module", ASKED)
@pytest.mark.parametrize("python", SERVING, indirect=True)
def test_a_module_runs_as_ansible_sends_it(python: str, module: str) -> None:
    done = pythons.run(python, scripts()[module])
    assert done.stderr == ""
    answer = json.loads(done.stdout)
    assert not answer.get("failed"), answer
    assert answer["changed"] is (module != "host_capacity")
    if module == "host_capacity":
        assert answer["host"]["python"].startswith(f"{python}.")


@pytest.mark.parametrize("python", SERVING, indirect=True)
def test_what_only_shows_when_it_runs_is_alike(python: str) -> None:
    done = pythons.run(python, pythons.having(PROBE))
    assert (done.stdout, done.stderr) == ("answer to query None\n", "")


@pytest.mark.parametrize("python", [OLD], indirect=True)
def test_an_older_python_is_told_what_is_needed(python: str) -> None:
    answer = json.loads(pythons.run(python, scripts()["host_capacity"]).stdout)
    assert answer["failed"]
    assert f"host.python: {python}." in answer["msg"]
    assert subject.RULE in answer["msg"]
    assert "ansible_python_interpreter" in answer["msg"]

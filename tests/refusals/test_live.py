# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What site.yml refuses on a real host: told completely, in preflight, and the host is as it was before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab import engine, machines
from tests.lab.hosts import Host, find
from tests.lab.shell import run, scaled, succeeds, wait_until

from .site import Answer, Provision, digest, inventory, site

BARE, TINY, LEGACY, LIVE = (find(name) for name in ("bare", "tiny", "legacy", "mol-c"))
Change = Callable[[dict[str, Any]], None]
# A process that holds a port ends by itself, should its test be killed.
HOLD_SECONDS = 120


@pytest.fixture(scope="module", autouse=True)
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provision]:
    """Have the hosts, and one of them being provisioned while the tests of the others run."""
    engine.ensure()
    machines.up([BARE, TINY, LEGACY, LIVE])
    with Provision(inventory(tmp_path_factory.mktemp("live") / "inventory", LIVE, nothing)) as provision:
        yield provision


def nothing(_: dict[str, Any]) -> None:
    """Leave the declaration as it is."""


def typo(stack: dict[str, Any]) -> None:
    """Misspell a key and name a service that is not there."""
    stack["stores"]["postgres"]["memroy"] = stack["stores"]["postgres"].pop("memory")
    stack["services"]["wroker"] = stack["services"].pop("worker")


def check_refused(answer: Answer, expected: dict[str, tuple[str, str, str]]) -> None:
    """Assert that a run was refused in preflight with these findings and no other.

    expected: by path, what value, rule and hint hold; an empty value is a finding without one.
    """
    assert answer.status != 0, answer.output
    assert answer.tasks, answer.output
    assert all(task.startswith("preflight :") for task in answer.tasks), answer.tasks
    assert f"Refused before anything was changed: {len(expected)} finding(s)" in answer.output
    assert set(answer.findings) == set(expected), answer.output
    for path, (value, rule, hint) in expected.items():
        told = answer.findings[path]
        assert value in told.value, told
        assert bool(value) == bool(told.value), told
        assert rule in told.rule, told
        assert hint in told.hint, told
        assert told.hint, told


def check_untouched(host: Host, before: list[str]) -> None:
    """Assert that a host is what it was."""
    after = digest(host)
    assert sorted(set(before) ^ set(after)) == [], "lines that came or went"
    assert after == before


def test_a_change_of_a_host_is_seen() -> None:
    # The judge must be able to say no.
    before = digest(BARE)
    inside = ["docker", "exec", BARE.container]
    run([*inside, "touch", "/usr/bin/env", "/srv/holdfast-test"])
    after = digest(BARE)
    run([*inside, "rm", "/srv/holdfast-test"])
    # An overlay file system also makes the directory anew in which a file is touched for the first time.
    assert {line.split()[0] for line in set(before) ^ set(after)} - {"/usr/bin"} == {
        "/usr/bin/env",
        "/srv/holdfast-test",
    }


TYPO = {
    "holdfast_stack.stores.postgres.memroy": ("1GiB", "unknown key", "'memory'"),
    "holdfast_stack.services.wroker": ("wroker", "must be a service of the Compose file", "'worker'"),
    # What was declared for the misspelt service is now missing from the right one.
    "holdfast_stack.services.worker.image": ("", "required", "image:"),
}


@pytest.mark.parametrize("user", ["root", "ops"])
def test_too_small_a_host_and_typos_are_told_together(tmp_path: Path, user: str) -> None:
    before = digest(TINY)
    answer = site(inventory(tmp_path / "inventory", TINY, typo, user=user))
    small = {
        "host.cpus": ("1 CPU", "at least 2 CPUs", "1 CPUs missing"),
        "host.memory": ("1 GiB", "at least 4 GiB", "3 GiB missing"),
        "budget.memory": ("asked for", "must fit into the host's 1 GiB", "larger host"),
    }
    check_refused(answer, TYPO | small)
    check_untouched(TINY, before)


def test_an_unsupported_system_is_told(tmp_path: Path) -> None:
    before = digest(LEGACY)
    answer = site(inventory(tmp_path / "inventory", LEGACY, nothing))
    check_refused(answer, {"host.os": ("fedora 40", "must be one of: debian 12, 13, ubuntu", "install")})
    check_untouched(LEGACY, before)


def test_a_plan_for_several_hosts_needs_no_root_changes_none_and_says_what_would_do(tmp_path: Path) -> None:
    hosts = (TINY, BARE)
    place = inventory(tmp_path / "inventory", TINY, nothing, user="ops")
    named = {"all": {"hosts": {host.name: {"ansible_host": host.address} for host in hosts}}}
    (place / "hosts.yml").write_text(yaml.safe_dump(named), encoding="utf-8")
    before = [digest(host) for host in hosts]
    kept = tmp_path / "plan.html"
    answer = site(place, "-e", f"preflight_picture_file={kept}", playbook="playbooks/plan.yml")
    assert answer.status != 0, answer.output
    assert set(answer.findings) == {"host.cpus", "host.memory", "budget.memory"}, answer.output
    assert "this host is too small for the stack" in answer.output
    assert "the stack runs here" in answer.output
    for host, state in zip(hosts, before, strict=True):
        check_untouched(host, state)
        page = kept.with_name(f"plan-{host.name}.html").read_text(encoding="utf-8")
        assert ("Refused: 3 finding(s)" in page) is (host is TINY)


@contextmanager
def held(host: Host, port: int) -> Iterator[None]:
    """Have a process on a host that listens on a port."""
    listening = f"import socket; exit(socket.create_connection(('127.0.0.1', {port}), 1) is None)"
    inside = ["docker", "exec", host.container]
    serve = f"exec timeout {HOLD_SECONDS} python3 -B -m http.server -d /usr/share/doc {port}"
    pid_file = "/run/holdfast-test.pid"
    run([*inside[:2], "--detach", host.container, "sh", "-c", f"echo $$ > {pid_file}; {serve}"])
    try:
        answers = [*inside, "python3", "-B", "-c", listening]
        wait_until(f"a listener on port {port}", lambda: succeeds(answers), seconds=scaled(20))
        yield
    finally:
        run([*inside, "sh", "-c", f"kill $(cat {pid_file}) && rm {pid_file}"])


def test_a_port_that_is_taken_is_told_with_its_process(tmp_path: Path) -> None:
    before = digest(BARE)
    with held(BARE, 80):
        answer = site(inventory(tmp_path / "inventory", BARE, nothing))
    check_refused(answer, {"host.ports.80/tcp": ("python3", "must be free", "stop and disable")})
    check_untouched(BARE, before)


def test_a_bare_host_that_is_large_enough_is_not_refused(tmp_path: Path) -> None:
    # The counterpart of the refusals: the same host and declaration without what was wrong.
    before = digest(BARE)
    answer = site(inventory(tmp_path / "inventory", BARE, nothing, user="ops"), "--tags", "preflight")
    assert answer.status == 0, answer.output
    assert not answer.findings
    check_untouched(BARE, before)


def test_a_typo_stops_nothing_that_runs(tmp_path: Path, live: Provision) -> None:
    assert live.wait() == 0, live.log.read_text(encoding="utf-8")
    before = digest(LIVE)
    answer = site(inventory(tmp_path / "inventory", LIVE, typo))
    check_refused(answer, TYPO)
    check_untouched(LIVE, before)

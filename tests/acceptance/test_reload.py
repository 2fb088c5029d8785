# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A change of the edge under load: no request fails, and the container stays."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from tests.acceptance.playbook import instead, well
from tests.acceptance.running import one
from tests.acceptance.scenarios import Scenario
from tests.acceptance.web import Named, Site

CLIENTS = 4
LEAST_REQUESTS = 300
LIMIT_SECONDS = 120.0
# For each client; together some hundred a second.
PAUSE_SECONDS = 0.03
TIMEOUT = 77


@dataclass(kw_only=True)
class Tally:
    """What the clients saw."""

    done: int = 0
    failures: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


def client(site: Site, tally: Tally, *, keep: bool) -> None:
    """Ask until told to stop. keep: on one connection for as long as the server lets it, else on a new one each."""
    deadline = time.monotonic() + LIMIT_SECONDS
    connection = Named(site.address, site.name)
    while not tally.ended.wait(PAUSE_SECONDS) and time.monotonic() < deadline:
        try:
            connection.request("GET", "/static/x.css")
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                tally.failures.append(f"status {answer.status}")
            if answer.will_close or not keep:
                connection.close()
        except (OSError, HTTPException) as problem:
            tally.failures.append(f"{'kept' if keep else 'new'}: {type(problem).__name__} {problem}")
            connection.close()
        tally.done += 1
    connection.close()


@contextmanager
def load(site: Site) -> Iterator[Tally]:
    """Keep clients asking for the time of the block."""
    tally = Tally()
    threads = [threading.Thread(target=client, args=(site, tally), kwargs={"keep": n % 2 == 0}) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield tally
    finally:
        tally.ended.set()
        for thread in threads:
            thread.join()


def active(scenario: Scenario) -> str:
    """Return the configuration that nginx was last given, as nginx itself prints it."""
    nginx = one(scenario, "nginx").identity
    return scenario.inside("docker", "exec", nginx, "nginx", "-T", "-c", "/etc/edge/nginx.conf")


def test_a_changed_timeout_is_active_without_a_failed_request(
    scenario: Scenario, site: Site, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    declared = copy.deepcopy(scenario.declared)
    declared["services"]["app"]["routes"][0] |= {"timeout": f"{TIMEOUT}s", "websocket": False}
    before, workers = one(scenario, "nginx"), worker_processes(scenario)
    try:
        with load(site) as tally:
            ended = well(scenario, "-t", "edge", *instead(declared, tmp_path / "declared.json"))
            wait_for_more(tally)
        assert tally.failures == []
        assert tally.done >= LEAST_REQUESTS
        assert ended.changed[scenario.host] > 0
        assert (one(scenario, "nginx").identity, one(scenario, "nginx").started) == (before.identity, before.started)
        assert f"proxy_read_timeout {TIMEOUT}s;" in active(scenario)
        # New workers read it: a file that lies there proves nothing.
        assert not workers & worker_processes(scenario)
        figure(f"reload under load: {tally.done} requests, {len(tally.failures)} failed; {ended.tally}")
    finally:
        again = well(scenario, "-t", "edge")
    assert again.changed[scenario.host] > 0
    assert f"proxy_read_timeout {TIMEOUT}s;" not in active(scenario)


def wait_for_more(tally: Tally, least: int = LEAST_REQUESTS) -> None:
    """Let the clients ask on after the change, and until they have asked enough."""
    wanted, deadline = max(tally.done + 100, least), time.monotonic() + LIMIT_SECONDS
    while tally.done < wanted and time.monotonic() < deadline:
        tally.ended.wait(PAUSE_SECONDS)


def worker_processes(scenario: Scenario) -> set[str]:
    """Return the processes of nginx that take new connections."""
    listed = scenario.inside("docker", "top", one(scenario, "nginx").identity, "-o", "pid,cmd")
    return {line.split()[0] for line in listed.splitlines() if line.endswith("nginx: worker process")}

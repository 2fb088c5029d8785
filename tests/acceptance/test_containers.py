# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The engine and every container by the rules of the CIS Docker Benchmark, and what processes really hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.acceptance import docker_bench as bench
from tests.acceptance.running import Container, containers
from tests.acceptance.scenarios import Scenario

# What is not done, by the benchmark's number and whom it is about, and why. "*": everybody; "app": the user's own.
WAIVERS = {
    ("2.5", "engine"): "the lab's registry has no certificate; an installation has none of that by default",
    ("2.9", "engine"): "files and volumes of root would belong to nobody; managed servers have no capability instead",
    ("2.12", "engine"): "root alone reaches the socket; a plugin that fails stops every release",
    ("2.13", "engine"): "capped files, which monitoring collects",
    ("4.1", "nginx"): "the master reads the certificates' keys, which its workers, who are not root, cannot",
    ("4.1", "app"): "the image's own user; where it says none, a program may rely on being root in its container",
    ("5.8", "nginx"): "80 and 443 are what browsers ask",
    ("5.14", "nginx"): "which address answers is the firewall's matter",
    ("5.14", "app"): "a declared port, on the declared address",
    ("5.13", "app"): "what a program of the user's writes is unknown; read_only in its Compose file is kept",
    ("5.15", "*"): "a store that gave up after five restarts is an outage; the engine waits longer each time",
    ("5.27", "app"): "an image, or its Compose service, says how it is asked; others are asked from outside",
}
# What processes of a managed container may hold, by the kind in its label: capabilities(7) numbers them.
BITS = {"CHOWN": 0, "SETGID": 6, "SETUID": 7, "NET_BIND_SERVICE": 10}
HELD = {"postgres": (), "redis": (), "pgbouncer": (), "nginx": tuple(BITS)}


def kind(container: Container) -> str:
    """Return which managed image a container runs, app for the user's own."""
    labels: dict[str, str] = container.inspected["Config"]["Labels"]
    return labels.get("holdfast.kind", "app")


@pytest.fixture(scope="module")
def info(scenario: Scenario) -> dict[str, Any]:
    """Return what the engine says of itself."""
    told: dict[str, Any] = json.loads(scenario.inside("docker", "info", "--format", "{{json .}}"))
    return told


@pytest.fixture(scope="module")
def running(scenario: Scenario) -> list[Container]:
    """Return the stack's containers."""
    return [each for each in containers(scenario) if each.project]


def able(info: dict[str, Any], needs: str) -> bool:
    """Tell whether this host's kernel can hold what a rule is about."""
    return not needs or bool(info.get(needs)) or any(needs in each for each in info["SecurityOptions"])


@pytest.mark.parametrize("rule", bench.CONTAINERS, ids=lambda rule: rule.number)
def test_every_container_passes_or_is_waived(rule: bench.Rule, running: list[Container], info: dict[str, Any]) -> None:
    assert running
    if not able(info, rule.needs):
        pytest.skip(f"{rule.number} cannot be held here: the kernel has no {rule.needs}")
    failing = {f"{each.service}: not {rule.what}": kind(each) for each in running if not rule.ask(each.inspected)}
    assert {
        text: who for text, who in failing.items() if not {(rule.number, who), (rule.number, "*")} & set(WAIVERS)
    } == {}


@pytest.fixture(scope="module")
def engine(scenario: Scenario, info: dict[str, Any]) -> dict[str, Any]:
    """Return what the engine is asked by."""
    command = scenario.inside("sh", "-c", "tr '\\0' ' ' < /proc/$(pidof -s dockerd)/cmdline")
    daemon = json.loads(scenario.inside("cat", "/etc/docker/daemon.json"))
    return {"info": info, "daemon": daemon, "command": command}


@pytest.mark.parametrize("rule", bench.ENGINE, ids=lambda rule: rule.number)
def test_the_engine_passes_or_is_waived(rule: bench.Rule, engine: dict[str, Any]) -> None:
    assert rule.ask(engine) or (rule.number, "engine") in WAIVERS, rule.what


@pytest.mark.parametrize(("number", "path", "owner", "group", "widest"), bench.FILES, ids=str)
def test_the_engines_files_belong_to_root(
    scenario: Scenario, number: str, path: str, owner: str, group: str, widest: int
) -> None:
    told = scenario.inside("sh", "-c", f"test ! -e {path} || stat --format '%U %G %a' {path}").split()
    if not told:
        pytest.skip(f"{number}: {path} is not there")
    assert told[:2] == [owner, group]
    assert int(told[2], 8) & ~widest == 0


def test_the_kernel_itself_says_what_managed_processes_hold(scenario: Scenario, running: list[Container]) -> None:
    """Not what was asked of the engine: the capability sets of each process, and that it cannot gain any."""
    managed = [each for each in running if kind(each) in HELD]
    assert managed
    for container in managed:
        allowed = sum(1 << BITS[name] for name in HELD[kind(container)])
        pids = scenario.inside("docker", "top", container.identity, "-eo", "pid").split()[1:]
        # Of what runs alongside a server, such as a health check, a process may end before it is read.
        texts = [scenario.inside("sh", "-c", f"cat /proc/{pid}/status || test ! -e /proc/{pid}") for pid in pids]
        assert any(texts), container.service
        for text in filter(None, texts):
            status = dict(line.partition(":\t")[::2] for line in text.splitlines())
            for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb"):
                assert int(status[name], 16) & ~allowed == 0, f"{container.service} {status['Name']} {name}"
            assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2"), f"{container.service} {status['Name']}"


def test_managed_containers_can_write_where_they_must_and_nowhere_else(
    scenario: Scenario, running: list[Container]
) -> None:
    for container in running:
        if kind(container) not in HELD:
            continue
        script = "for at in / /usr /etc /var/lib /home; do ! touch $at/x 2>/dev/null || echo $at; done"
        assert scenario.inside("docker", "exec", container.identity, "sh", "-c", script) == "", container.service
        assert int(container.inspected["State"]["OOMKilled"]) == 0


def test_figures_of_the_benchmark(
    running: list[Container], info: dict[str, Any], engine: dict[str, Any], figure: Callable[[str], None]
) -> None:
    asked = [rule for rule in bench.CONTAINERS if able(info, rule.needs)]
    met = [rule for rule in asked if all(rule.ask(each.inspected) for each in running)]
    own = [rule for rule in bench.ENGINE if rule.ask(engine)]
    assert len(met) + len(own) >= (len(asked) + len(bench.ENGINE)) * 2 / 3
    figure(
        f"CIS Docker: {len(met)} of {len(asked)} container rules hold for all {len(running)} containers,"
        f" {len(own)} of {len(bench.ENGINE)} engine rules; {len(bench.CONTAINERS) - len(asked)} cannot be asked here"
    )

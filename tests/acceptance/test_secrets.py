# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Secrets: made once, kept in files that only their readers can read, and found nowhere else."""

from __future__ import annotations

import json
from functools import cache

import pytest
import testinfra

from tests.acceptance.playbook import Run, well
from tests.acceptance.running import containers
from tests.acceptance.scenarios import Scenario

DIRECTORY = "/etc/holdfast/secrets"
READ = f"""
import json, pathlib
files = [path for path in pathlib.Path("{DIRECTORY}").iterdir() if path.is_file()]
print(json.dumps({{path.name: path.read_text("latin-1") for path in files}}))
"""


@cache
def secrets(scenario: Scenario) -> dict[str, str]:
    """Return the secrets by file name; a configuration file that holds one counts with its last word."""
    found = json.loads(scenario.inside("python3", "-c", READ))
    return {name: text.split()[-1] for name, text in found.items() if not name.startswith(".")}


def leaked(scenario: Scenario, text: str) -> list[str]:
    """Return the names of the secrets whose value stands in a text."""
    return [name for name, value in secrets(scenario).items() if value in text]


@pytest.fixture(scope="module")
def verbose(scenario: Scenario) -> tuple[dict[str, str], Run]:
    """Return the files' hashes before a run that tells everything it can, and that run."""
    return hashes(scenario), well(scenario, "-vvv", "--diff")


def hashes(scenario: Scenario) -> dict[str, str]:
    """Return each secret file's hash."""
    lines = scenario.inside("sh", "-c", f"sha256sum {DIRECTORY}/* {DIRECTORY}/.[!.]*").splitlines()
    return {line.split()[1]: line.split()[0] for line in lines}


def test_files_are_for_their_readers_alone(scenario: Scenario, server: testinfra.host.Host) -> None:
    directory = server.file(DIRECTORY)
    assert (directory.mode, directory.user, directory.group) == (0o700, "root", "root")
    assert len(secrets(scenario)) >= 3
    for name in secrets(scenario):
        file = server.file(f"{DIRECTORY}/{name}")
        assert file.mode == 0o400, name
    for project in ("stores", "app"):
        for name in (".env", "compose.yaml"):
            file = server.file(f"/etc/holdfast/{project}/{name}")
            assert (file.mode & 0o077, file.user) == (0, "root"), f"{project}/{name}"


def test_values_that_were_made_are_long_and_differ(scenario: Scenario) -> None:
    made = {each["name"] for each in scenario.plan["secrets"] if each["origin"] == "generate"}
    values = [value for name, value in secrets(scenario).items() if name in made]
    assert len(values) == len(made) == len(set(values))
    assert min(map(len, values)) >= 24


def test_no_process_has_a_secret_among_its_arguments(scenario: Scenario) -> None:
    arguments = scenario.inside("sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    assert "dockerd" in arguments
    assert leaked(scenario, arguments) == []


def test_no_container_shows_a_secret_but_to_the_services_that_declare_it(scenario: Scenario) -> None:
    declared = {
        name: json.dumps(environment) for name, environment in scenario.plan["environment"].items() if environment
    }
    for container in containers(scenario):
        config, host = container.inspected["Config"], container.inspected["HostConfig"]
        shown = [
            config["Cmd"],
            config["Entrypoint"],
            config["Labels"],
            config.get("Healthcheck"),
            container.inspected["Args"],
        ]
        assert leaked(scenario, json.dumps([*shown, host["Binds"], host["LogConfig"]])) == [], container.service
        # A connection string carries its password; what a service has not declared is not in its environment.
        own = {name for name in secrets(scenario) if f"${{{name}}}" in declared.get(container.service, "")}
        same = {value for name, value in secrets(scenario).items() if name in own}
        for name in leaked(scenario, json.dumps(config["Env"])):
            assert secrets(scenario)[name] in same, f"{container.service} knows {name}"


@pytest.mark.parametrize("project", ["stores", "app", "edge"])
def test_compose_files_hold_no_secret(scenario: Scenario, project: str) -> None:
    text = scenario.inside("cat", f"/etc/holdfast/{project}/compose.yaml")
    assert "services:" in text
    assert leaked(scenario, text) == []


def test_a_run_that_tells_everything_tells_no_secret(scenario: Scenario, verbose: tuple[dict[str, str], Run]) -> None:
    output = verbose[1].output
    assert "secrets" in output
    assert leaked(scenario, output) == []


def test_a_further_run_leaves_every_secret_as_it_was(scenario: Scenario, verbose: tuple[dict[str, str], Run]) -> None:
    assert verbose[0] == hashes(scenario)
    assert verbose[1].changed == {scenario.host: 0}


@pytest.mark.usefixtures("verbose")
def test_the_journal_holds_no_secret(scenario: Scenario) -> None:
    journal = scenario.inside("journalctl", "--no-pager", "--output=cat", "--lines=20000")
    assert "Invoked with" in journal
    assert leaked(scenario, journal) == []


def test_no_log_of_a_container_holds_a_secret(scenario: Scenario) -> None:
    for container in containers(scenario):
        text = scenario.inside("sh", "-c", 'docker logs "$0" 2>&1', container.identity)
        assert leaked(scenario, text) == [], container.service

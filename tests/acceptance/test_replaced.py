# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A changed declaration: what it concerns is replaced, the rest runs on, and what is gone from it goes."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable

import pytest

from tests.acceptance.playbook import Run, instead, well
from tests.acceptance.running import identities, of_service, one
from tests.acceptance.scenarios import BUILD, Scenario
from tests.acceptance.web import Site
from tests.lab.paths import ROOT

STACK = ROOT / "molecule" / "changed" / "stack"
# Compose before 2.27, which the lab's hosts have, makes a service anew with the one that it depends on.
DEPENDENTS = {"admin"}
REPLACED = {"web"} | DEPENDENTS
# Its new bound it takes while it runs; a new limit of memory, where the kernel holds one, needs a new container.
LIMITED = {"cache"}
GONE = {"reports"}
Kept = dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def arguments(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Return what makes a run work by another declaration: less for Redis, another image, a service less."""
    declared = copy.deepcopy(scenario.declared)
    declared["stores"]["redis"]["memory"] = "96MiB"
    declared["services"]["web"]["image"] = "registry.example.org:5000/holdfast/demo-app:2"
    declared["profiles"].remove("reports")
    del declared["services"]["reports"]
    return instead(declared, tmp_path_factory.mktemp("declared") / "declared.json")


@pytest.fixture(scope="module")
def change(scenario: Scenario, arguments: tuple[str, ...]) -> tuple[Kept, Run, Kept]:
    """Return the containers before the change, the run that brought it, and the containers after."""
    before = identities(scenario)
    ended = well(scenario, *arguments)
    return before, ended, identities(scenario)


def test_what_is_concerned_is_replaced_and_nothing_else(
    scenario: Scenario, change: tuple[Kept, Run, Kept], figure: Callable[[str], None]
) -> None:
    before, ended, after = change
    gone = {service for identity, (service, _) in before.items() if identity not in after}
    made = {service for identity, (service, _) in after.items() if identity not in before}
    replaced = REPLACED | (LIMITED if "memory" in scenario.plan["host"]["controllers"] else set())
    assert gone == replaced | GONE
    assert made == replaced
    # The rest was not started again either, but for the migration, which every new version starts with.
    kept = {key: value for key, value in before.items() if key in after and value[0] != "migrate"}
    assert {key: value for key, value in after.items() if key in kept} == kept
    assert ended.changed[scenario.host] > 0
    figure(f"changed declaration: {sorted(replaced)} replaced, {sorted(GONE)} removed; {ended.tally}")


@pytest.mark.usefixtures("change")
def test_the_new_version_answers(scenario: Scenario, site: Site) -> None:
    assert b"version <b>2</b>" in site.get("/").body
    assert site.get("/health").json == {"status": "healthy", "database": True}
    assert of_service(scenario, "reports") == []


@pytest.mark.usefixtures("change")
def test_redis_runs_with_less(scenario: Scenario) -> None:
    redis = one(scenario, "cache").identity
    script = 'REDISCLI_AUTH="$(cut -d " " -f 2 /run/secrets/redis_auth)" redis-cli CONFIG GET maxmemory'
    limit = int(scenario.inside("docker", "exec", redis, "sh", "-c", script).split()[-1])
    assert 16 * 1024**2 < limit <= 48 * 1024**2


def test_the_next_run_changes_nothing(
    scenario: Scenario, change: tuple[Kept, Run, Kept], arguments: tuple[str, ...]
) -> None:
    ended = well(scenario, *arguments)
    assert ended.changed == {scenario.host: 0}, ended.output
    assert identities(scenario) == change[2]


@pytest.mark.usefixtures("change")
def test_a_changed_file_reaches_the_service_that_mounts_it(scenario: Scenario, arguments: tuple[str, ...]) -> None:
    """A file that is replaced by another is not the one that a container has mounted: it must be started anew."""
    stack = BUILD / "changed.stack"
    shutil.copytree(STACK, stack, dirs_exist_ok=True)
    (stack / "settings" / "shop.conf").write_text('currency = "CHF"\n', encoding="utf-8")
    before = identities(scenario)
    well(scenario, *arguments, "-e", f"preflight_directory={stack}", "-e", f"edge_directory={STACK}")
    assert scenario.inside("docker", "exec", one(scenario, "web").identity, "cat", "/etc/shop/shop.conf") == (
        'currency = "CHF"\n'
    )
    concerned = {"web", "migrate"} | DEPENDENTS
    others = {key: value for key, value in before.items() if value[0] not in concerned}
    assert {key: value for key, value in identities(scenario).items() if value[0] not in concerned} == others

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Plans and rendered files of whole systems are what they were; `make golden` writes them anew, to be read first.

Of every system in every tier, the plan and the refusals are compared here; the judges' stage compares the files.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from ansible_collections.holdfast.host.plugins.module_utils.tiers import CATALOGUE, one_host
from tests.golden import play, systems, tiers
from tests.golden.rendering import ROOT
from tests.planning import STACK, planned


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return systems.golden()


def test_the_golden_files_are_all_there_and_no_other(made: dict[str, str]) -> None:
    assert sorted(systems.kept()) == sorted(made)
    names = [*(f"{part}/compose.yaml" for part in ("stores", "app", "edge")), "edge/nginx/nginx.conf"]
    assert set(made) >= {f"{system}/etc/holdfast/{name}" for system in systems.SYSTEMS for name in names}
    assert set(made) >= {f"{system}/{systems.KERNEL_FILE}" for system in systems.SYSTEMS}
    stores = [f"etc/holdfast/stores/{name}" for name in ("postgres/postgresql.conf", "redis/redis.conf")]
    assert set(made) >= {f"{system}/{name}" for system in ("placement", "playnew") for name in stores}


def test_every_inventory_is_a_golden_system() -> None:
    there = {path.name for path in (ROOT / "inventories").iterdir() if (path / "compose.yaml").exists()}
    assert {system.inventory for system in systems.SYSTEMS.values()} == there


def _told(path: str, before: str, after: str) -> str:
    changed = list(difflib.unified_diff(before.splitlines(), after.splitlines(), "kept", "made now", lineterm="", n=1))
    return "\n".join([f"{path}: read this, then run `make golden`", *changed[:60]]) if changed else ""


@pytest.mark.parametrize("path", sorted(systems.kept()))
def test_what_is_made_now_is_what_was_kept(made: dict[str, str], path: str) -> None:
    told = _told(path, systems.kept()[path], made.get(path, ""))
    assert not told, told


@pytest.mark.parametrize("system", systems.SYSTEMS)
def test_a_rendered_project_is_the_plans_own(made: dict[str, str], system: str) -> None:
    plan = systems.plan_of(system)
    for part, project in plan["projects"].items():
        assert yaml.safe_load(made[f"{system}/etc/holdfast/{part}/compose.yaml"]) == project


def test_a_play_writes_the_same_files(tmp_path: Path) -> None:
    tier = STACK["tier"]
    raw = {"name": "shop", "tier": tier, "stores": {"postgres": {"service": "db"}}}
    stores = planned(tmp_path, raw=raw, compose="services: {db: {image: 'postgres:16'}}")
    alone = planned(tmp_path, raw={"name": "shop", "tier": tier}, compose="services: {a: {image: 'a:1'}}")
    plans = {"alone": alone, "stores": stores, "placement": systems.plan_of("placement")}
    written = {path: systems.placeless(text) for path, text in play.render(plans).items()}
    kernel = {f"{name}/{systems.KERNEL_FILE}" for name in plans}
    assert written == {path: text for path, text in systems.rendered(plans).items() if path not in kernel}
    # A project without a service has no file.
    assert [path for path in written if not path.startswith("placement/") and "/etc/holdfast/" in path] == [
        "alone/etc/holdfast/app/compose.yaml",
        "alone/etc/holdfast/firewall.nft",
        "stores/etc/holdfast/firewall.nft",
        "stores/etc/holdfast/stores/compose.yaml",
        "stores/etc/holdfast/stores/postgres/postgresql.conf",
    ]


def test_a_golden_file_does_not_say_where_the_checkout_lies(made: dict[str, str]) -> None:
    everything: Mapping[str, str] = {**made, **tiers.kept()}
    assert [path for path, text in everything.items() if str(ROOT) in text] == []
    assert json.loads(made["pydotorg.plan.json"])["name"] == "pydotorg"


def test_every_pair_of_tier_and_system_has_a_bundle() -> None:
    assert sorted(tiers.kept()) == sorted(f"tiers/{pair}.txt" for pair in tiers.outcomes())
    assert len(tiers.outcomes()) == len(CATALOGUE) * len(systems.SYSTEMS)


@pytest.mark.parametrize("tier", CATALOGUE)
def test_what_is_planned_or_refused_now_is_what_was_kept(tier: str) -> None:
    for system in systems.SYSTEMS:
        outcome, path = tiers.outcomes()[f"{tier}/{system}"], f"tiers/{tier}/{system}.txt"
        name = tiers.PLAN if outcome.plan else tiers.REFUSAL
        told = _told(path, tiers.sections(tiers.kept().get(path, "")).get(name, ""), outcome.text)
        assert not told, told


def test_a_tier_beyond_one_host_is_refused_for_that_alone() -> None:
    managed = sorted(set(CATALOGUE) - {tier.name for tier in one_host()})
    assert len(managed) == 7
    for tier in managed:
        for system in systems.SYSTEMS:
            text = tiers.outcomes()[f"{tier}/{system}"].text
            assert text.startswith("Refused: 1 finding(s).\n1. holdfast_stack.tier\n"), text
            assert f"value: {tier}\n" in text


def test_a_bundle_is_read_back_as_it_was_written() -> None:
    seen: dict[tuple[str, str], str] = {}
    first = {"plan.txt": "four\n\n", "etc/a": "one\n\ntwo\n", "etc/b": "three\n"}
    assert tiers.sections(tiers.bundle(first, seen, "t/a")) == first
    second = tiers.sections(tiers.bundle({**first, "etc/b": "other\n"}, seen, "t/b"))
    assert second == {**first, "etc/a": "The same as in t/a.txt.\n", "etc/b": "other\n"}


def test_a_file_that_is_told_once_is_found_everywhere() -> None:
    texts = {path: text for path, text in tiers.files().items() if path.endswith("postgresql.conf")}
    plans = [pair for pair, outcome in tiers.outcomes().items() if outcome.plan]
    assert sorted(texts) == sorted(f"{pair}/etc/holdfast/stores/postgres/postgresql.conf" for pair in plans)
    assert all("shared_buffers = " in text for text in texts.values())
    assert 1 < len(set(texts.values())) < len(texts)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""tier_check: judge, refuse, warn; and say everything that is wrong at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from ansible_collections.holdfast.host.plugins.modules import tier_check
from tests.unit.plugins.module_utils.fake_host import FakeHost
from tests.unit.plugins.modules.in_process import run_module

SIZES = {"cpus": 4, "memory": "8GiB", "disk": "20GiB"}


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    fake = FakeHost(tmp_path)
    fake.answers = {
        "docker version --format {{.Server.Version}}": "26.1.5\n",
        "docker compose version --short": "2.26.1\n",
    }
    monkeypatch.setattr(tier_check, "read_host", fake.read)
    return fake


def memory(fake: FakeHost, size: float) -> None:
    fake.write("/proc/meminfo", f"MemTotal: {int(size * GIB) // 1024} kB\n")


@pytest.mark.parametrize(
    ("options", "following"),
    # Sizes are of nobody's sheet, so that the smallest of all is the next.
    [({"tier": "enterprise"}, "enterprise-monitoring"), ({"minimum": SIZES}, "pydotorg-production-recommended")],
    ids=["tier", "minimum"],
)
def test_check_real_check_real(
    fake: FakeHost, capfd: pytest.CaptureFixture[str], options: dict[str, Any], following: str
) -> None:
    results = [run_module(tier_check.main, capfd, check=check, **options) for check in (True, False, True, False)]
    assert all(result == results[0] for result in results)
    assert (results[0]["changed"], results[0]["verdict"], results[0]["findings"]) == (False, "ok", [])
    assert (results[0]["smallest_tier"], results[0]["next_tier"]) == ("enterprise", following)
    assert fake.read().cpus == 4.0


@pytest.mark.parametrize(("size", "verdict", "failed"), [(8, "ok", False), (7.6, "tight", False), (7.2, "short", True)])
def test_a_changed_host_changes_the_verdict(
    fake: FakeHost, capfd: pytest.CaptureFixture[str], size: float, verdict: str, failed: bool
) -> None:
    memory(fake, size)
    result = run_module(tier_check.main, capfd, tier="enterprise")
    assert (result["verdict"], result.get("failed", False)) == (verdict, failed)


def test_a_refusal_names_every_shortage(fake: FakeHost, capfd: pytest.CaptureFixture[str]) -> None:
    memory(fake, 2)
    fake.sizes["/"] = (10 * GIB, GIB)
    fake.answers = {"docker --version": "Docker version 20.10.24\n"}
    result = run_module(tier_check.main, capfd, tier="schedule-minimum")
    short = ["memory", "disk", "disk_free", "docker"]
    assert result["failed"]
    assert [each["resource"] for each in result["checks"] if each["verdict"] == "short"] == short
    assert all(f"host.{each}\n" in result["msg"] for each in short)
    assert "host.network" not in result["msg"]
    assert any("host.network" in text for text in warned(result))


def warned(result: dict[str, Any]) -> list[str]:
    return [each if isinstance(each, str) else each["event"]["msg"] for each in result["warnings"]]


def test_warn_tells_and_goes_on(fake: FakeHost, capfd: pytest.CaptureFixture[str]) -> None:
    memory(fake, 4)
    result = run_module(tier_check.main, capfd, tier="enterprise", mode="warn")
    assert "failed" not in result
    assert result["verdict"] == "short"
    assert [finding["level"] for finding in result["findings"]] == ["warning"]
    assert ["host.memory" in text for text in warned(result)] == [True]


def test_what_is_not_installed_yet_is_told_and_not_refused(fake: FakeHost, capfd: pytest.CaptureFixture[str]) -> None:
    fake.answers = {}
    result = run_module(tier_check.main, capfd, tier="enterprise")
    assert "failed" not in result
    assert result["verdict"] == "unknown"
    assert [finding["path"] for finding in result["findings"]] == ["host.compose", "host.docker"]


@pytest.mark.usefixtures("fake")
def test_a_need_above_the_tier_counts(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_module(tier_check.main, capfd, tier="local", need={"memory": "8GB"})["smallest_tier"] == "native"
    result = run_module(tier_check.main, capfd, tier="local", need={"memory": "12GiB"})
    assert result["failed"]
    assert result["smallest_tier"] == "enterprise-monitoring"
    assert "this host satisfies tier enterprise (4 CPUs, 8 GiB memory, 20 GiB disk)" in result["msg"]


@pytest.mark.usefixtures("fake")
def test_own_tiers_are_chosen_from_too(capfd: pytest.CaptureFixture[str]) -> None:
    own = {
        "small": {"cpus": 4, "memory": "8GiB", "disk": "19GiB"},
        "more": {"cpus": 4, "memory": "9GiB", "disk": "20GiB"},
    }
    result = run_module(tier_check.main, capfd, tier="small", tiers=own)
    assert (result["verdict"], result["smallest_tier"], result["next_tier"]) == ("ok", "small", "more")
    result = run_module(tier_check.main, capfd, tier="enterprise", tiers=own)
    assert (result["smallest_tier"], result["next_tier"]) == ("enterprise", "more")


@pytest.mark.usefixtures("fake")
def test_what_is_wrong_with_an_own_tier_is_told_once(capfd: pytest.CaptureFixture[str]) -> None:
    result = run_module(tier_check.main, capfd, tier="t", tiers={"t": {**SIZES, "memory": "-8GiB"}})
    assert [(each["path"], each["value"]) for each in result["findings"]] == [("tiers.t.memory", "-8GiB")]


def test_disk_path_and_to_fit(fake: FakeHost, capfd: pytest.CaptureFixture[str]) -> None:
    fake.disk("sdb", "8:16", rotational="1")
    fake.mount("22 20 8:16 / /srv rw - ext4 /dev/sdb rw", total=30 * GIB)
    assert run_module(tier_check.main, capfd, tier="enterprise", disk_path="/srv/app")["verdict"] == "ok"
    result = run_module(tier_check.main, capfd, tier="enterprise", disk_path="/srv/app", to_fit="16GiB")
    assert [finding["path"] for finding in result["findings"]] == ["host.disk_free"]


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, ["one of the following is required: tier, minimum"]),
        ({"tier": "enterprise", "minimum": SIZES}, ["mutually exclusive"]),
        ({"tier": "enterprize"}, ["tier\n", "did you mean 'enterprise'?"]),
        ({"tier": ""}, ["tier\n", "known: "]),
        ({"minimum": {"cpus": 4}}, ["missing required arguments: disk, memory"]),
        ({"minimum": {**SIZES, "memry": "1GiB"}}, ["memry"]),
        ({"minimum": {**SIZES, "cpus": 0, "memory": "8 parsecs"}}, ["minimum.cpus\n", "minimum.memory\n"]),
        ({"tier": "local", "need": {"disk": "-1"}, "to_fit": "much"}, ["need.disk\n", "to_fit\n"]),
        ({"tier": "aws-production"}, ["tier\n", "beyond one host", "enterprise-monitoring (4 CPUs, 16 GiB memory"]),
        ({"tier": "t", "tiers": {"t": {**SIZES, "cpus": 0}}}, ["tiers.t.cpus\n", "above zero"]),
        ({"tier": "t", "tiers": {"t": {**SIZES, "memry": 1}}}, ["tiers.t.memry\n", "did you mean 'memory'?"]),
        ({"tier": "t", "tiers": {"local": SIZES}}, ["tiers.local\n", "for example my-local", "tier\n"]),
        ({"tier": "big", "need": {"cpus": "many"}}, ["tier\n", "need.cpus\n"]),
        ({"tier": "local", "mode": "maybe"}, ["mode", "enforce, warn"]),
    ],
)
def test_bad_input_is_told_all_at_once(
    capfd: pytest.CaptureFixture[str], options: dict[str, Any], said: list[str]
) -> None:
    result = run_module(tier_check.main, capfd, **options)
    assert result["failed"]
    assert all(text in result["msg"] for text in said)


def test_a_host_that_cannot_be_measured(fake: FakeHost, capfd: pytest.CaptureFixture[str]) -> None:
    fake.write("/proc/meminfo", "")
    result = run_module(tier_check.main, capfd, tier="local")
    assert result["msg"] == "This host cannot be measured: /proc/meminfo has no MemTotal"


@pytest.mark.usefixtures("fake")
def test_the_documentation_names_every_result_and_every_option(capfd: pytest.CaptureFixture[str]) -> None:
    documented = yaml.safe_load(tier_check.RETURN)
    result = run_module(tier_check.main, capfd, tier="schedule-recommended", mode="warn")
    assert set(documented) == set(result) - {"changed", "warnings"}
    assert all(set(documented["checks"]["contains"]) == set(each) for each in result["checks"])
    assert set(yaml.safe_load(tier_check.DOCUMENTATION)["options"]) == set(tier_check.SPEC)


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("task", yaml.safe_load(tier_check.EXAMPLES), ids=lambda task: task["name"])
def test_the_examples_are_valid(capfd: pytest.CaptureFixture[str], task: dict[str, Any]) -> None:
    assert run_module(tier_check.main, capfd, **task["holdfast.host.tier_check"])["verdict"] == "ok"

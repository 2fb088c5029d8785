# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A host against a tier, at the edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host, Link, Mount
from ansible_collections.holdfast.host.plugins.module_utils.tiers import (
    CATALOGUE,
    Check,
    Tier,
    check,
    findings,
    satisfies,
    verdict,
)
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB
from tests.unit.plugins.module_utils.fake_host import FakeHost

ENTERPRISE = CATALOGUE["enterprise"]
EVERYTHING = CATALOGUE["schedule-recommended"]
ROOT = Mount(path="/", total_bytes=100 * GIB, free_bytes=80 * GIB, device="/dev/sda1", fstype="ext4", rotational=False)
SEVERITY = ["short", "unknown", "tight", "ok"]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    return FakeHost(tmp_path_factory.mktemp("host")).read()


def judged(tier: Tier, host: Host, resource: str, **options: Any) -> Check:
    return next(each for each in check(tier, host, **options) if each.resource == resource)


@pytest.mark.parametrize(
    ("change", "resource", "expected"),
    [
        ({"memory_bytes": 8 * GIB}, "memory", "ok"),
        ({"memory_bytes": 8 * GIB - 1}, "memory", "tight"),
        ({"memory_bytes": int(7.6 * GIB)}, "memory", "tight"),
        ({"memory_bytes": int(7.36 * GIB) + 1}, "memory", "tight"),
        ({"memory_bytes": int(7.36 * GIB)}, "memory", "short"),
        ({"memory_bytes": int(7.2 * GIB)}, "memory", "short"),
        ({"cpus": 4.0}, "cpus", "ok"),
        ({"cpus": 3.99}, "cpus", "short"),
        ({"mounts": (replace(ROOT, total_bytes=20 * GIB),)}, "disk", "ok"),
        ({"mounts": (replace(ROOT, total_bytes=18 * GIB),)}, "disk", "tight"),
        ({"mounts": (replace(ROOT, total_bytes=18 * GIB - 1),)}, "disk", "short"),
        # A disk sold as 20 GB, less what ext4 keeps.
        ({"mounts": (replace(ROOT, total_bytes=int(20e9 * 0.975)),)}, "disk", "tight"),
        ({"mounts": (replace(ROOT, free_bytes=2 * GIB),)}, "disk_free", "ok"),
        ({"mounts": (replace(ROOT, free_bytes=2 * GIB - MIB),)}, "disk_free", "short"),
        ({"mounts": ()}, "disk", "unknown"),
        ({"mounts": ()}, "disk_free", "unknown"),
        ({"software": {"docker": "24.0.0"}}, "docker", "ok"),
        ({"software": {"docker": "23.9.9"}}, "docker", "short"),
        ({"software": {"docker": None}}, "docker", "unknown"),
        ({"software": {}}, "compose", "unknown"),
        ({"software": {"compose": "1.29.2"}}, "compose", "short"),
    ],
)
def test_the_edges_of_enterprise(host: Host, change: dict[str, Any], resource: str, expected: str) -> None:
    assert judged(ENTERPRISE, replace(host, **change), resource).verdict == expected


@pytest.mark.parametrize(
    ("change", "resource", "expected"),
    [
        ({"cpu_mhz": 3000.0}, "clock", "ok"),
        ({"cpu_mhz": 2993.0}, "clock", "tight"),
        ({"cpu_mhz": 2900.0}, "clock", "short"),
        ({"cpu_mhz": None}, "clock", "unknown"),
        ({"mounts": (ROOT,)}, "ssd", "ok"),
        ({"mounts": (replace(ROOT, rotational=True),)}, "ssd", "short"),
        ({"mounts": (replace(ROOT, rotational=None),)}, "ssd", "unknown"),
        ({"mounts": ()}, "ssd", "unknown"),
        ({"mounts": (ROOT,)}, "raid", "unknown"),
        ({"mounts": ()}, "raid", "unknown"),
        ({"mounts": (replace(ROOT, raid_level="raid1"),)}, "raid", "ok"),
        ({"mounts": (replace(ROOT, raid_level="raid10"),)}, "raid", "ok"),
        ({"mounts": (replace(ROOT, raid_level="raid0"),)}, "raid", "short"),
        ({"links": (Link(name="a", mbps=100), Link(name="b", mbps=1000))}, "network", "ok"),
        ({"links": (Link(name="a", mbps=100), Link(name="b"))}, "network", "short"),
        ({"links": (Link(name="b"),)}, "network", "unknown"),
        ({"links": ()}, "network", "unknown"),
    ],
)
def test_what_only_some_tiers_ask_for(host: Host, change: dict[str, Any], resource: str, expected: str) -> None:
    assert judged(EVERYTHING, replace(host, **change), resource).verdict == expected
    assert resource not in {each.resource for each in check(ENTERPRISE, replace(host, **change))}


def test_the_mount_of_the_data_is_judged(host: Host) -> None:
    two = replace(host, mounts=(ROOT, replace(ROOT, path="/srv", total_bytes=GIB)))
    assert judged(ENTERPRISE, two, "disk").verdict == "ok"
    assert judged(ENTERPRISE, two, "disk", disk_path="/srv/data").verdict == "short"


@pytest.mark.parametrize(("to_fit", "expected"), [(80 * GIB, "ok"), (80 * GIB + 1, "short"), (0, "ok")])
def test_what_has_yet_to_fit(host: Host, to_fit: int, expected: str) -> None:
    assert judged(ENTERPRISE, host, "disk_free", to_fit_bytes=to_fit).verdict == expected


def test_margin_and_reason(host: Host) -> None:
    each = judged(ENTERPRISE, replace(host, memory_bytes=6 * GIB), "memory")
    assert (each.measured, each.required, each.margin, each.unit) == (6 * GIB, 8 * GIB, -2 * GIB, "bytes")
    assert each.reason == "6 GiB, asked for: 8 GiB; 2 GiB missing"
    assert each.as_dict()["verdict"] == "short"


@pytest.mark.parametrize(
    ("present", "worst"),
    [([], "ok"), (["ok", "tight"], "tight"), (["tight", "unknown"], "unknown"), (["unknown", "short"], "short")],
)
def test_the_worst_verdict_counts(host: Host, present: list[str], worst: str) -> None:
    first = check(ENTERPRISE, host)[0]
    assert verdict([replace(first, verdict=each) for each in present]) == worst


def test_every_shortage_is_told_and_nothing_that_passes(host: Host) -> None:
    small = replace(host, cpus=2.0, memory_bytes=int(7.6 * GIB), mounts=(replace(ROOT, total_bytes=GIB, free_bytes=0),))
    found = findings(check(ENTERPRISE, small), fits=CATALOGUE["local"])
    assert [(each.path, each.level) for each in found] == [
        ("host.cpus", "error"),
        ("host.disk", "error"),
        ("host.disk_free", "error"),
        ("host.compose", "warning"),
        ("host.docker", "warning"),
    ]
    assert (found[0].value, found[0].rule) == ("2 CPUs", "must be at least 4 CPUs")
    assert found[0].hint == (
        "2 CPUs, asked for: 4 CPUs; 2 CPUs missing; this host satisfies tier local (2 CPUs, 4 GiB memory, 5 GiB disk)"
    )
    assert (found[3].value, found[3].rule) == (None, "must be >=2.0")
    assert found[3].hint == "compose is not installed yet, >=2.0 is asked for; this neither passes nor refuses"


def test_software_that_is_too_old(host: Host) -> None:
    (old,) = findings(check(ENTERPRISE, replace(host, software={"docker": "20.10.24", "compose": "2.26.1"})))
    assert (old.path, old.value, old.rule, old.level) == ("host.docker", "20.10.24", "must be >=24.0", "error")
    assert "tier" not in old.hint


def test_warn_refuses_nothing(host: Host) -> None:
    found = findings(check(ENTERPRISE, replace(host, cpus=1.0)), mode="warn")
    assert {each.level for each in found} == {"warning"}
    assert "satisfies no tier" in found[0].hint


def test_an_unknown_mode() -> None:
    with pytest.raises(ValueError, match="enforce or warn"):
        findings([], mode="maybe")


@pytest.mark.parametrize(
    ("version", "rule", "meets"),
    [
        ("24.0", ">=24.0", True),
        ("24", ">=24.0", True),
        ("24.0.0", ">= 24", True),
        ("23.10", ">=24.0", False),
        ("26.1.5+dfsg1", ">=24.0", True),
        ("v2.26.1-ds1", ">=2.0", True),
        ("2.9", ">=2.10", False),
        ("2.10", ">=2.9", True),
        ("10.0", ">=9.9.9", True),
    ],
)
def test_versions_are_numbers_not_text(version: str, rule: str, meets: bool) -> None:
    assert satisfies(version, rule) is meets


@pytest.mark.parametrize(("version", "rule"), [("24.0", "==24.0"), ("24.0", "24"), ("unknown", ">=24.0")])
def test_what_is_no_version_or_no_rule(version: str, rule: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        satisfies(version, rule)


MORE: dict[str, Callable[[Host, int], Host]] = {
    "memory": lambda host, size: replace(host, memory_bytes=size * MIB),
    "cpus": lambda host, size: replace(host, cpus=size / 1000),
    "disk": lambda host, size: replace(host, mounts=(replace(ROOT, total_bytes=size * MIB),)),
    "disk_free": lambda host, size: replace(host, mounts=(replace(ROOT, free_bytes=size * MIB),)),
    "clock": lambda host, size: replace(host, cpu_mhz=float(size)),
    "network": lambda host, size: replace(host, links=(Link(name="a", mbps=size),)),
}


@pytest.mark.parametrize("resource", sorted(MORE))
@given(sizes=st.tuples(st.integers(1, 600_000), st.integers(1, 600_000)), name=st.sampled_from(sorted(CATALOGUE)))
def test_more_never_makes_it_worse(resource: str, sizes: tuple[int, int], name: str, host: Host) -> None:
    less, more = (check(CATALOGUE[name], MORE[resource](host, size)) for size in sorted(sizes))
    pairs = zip(less, more, strict=True)
    assert all(SEVERITY.index(one.verdict) <= SEVERITY.index(other.verdict) for one, other in pairs)


def test_no_limit_of_a_cgroup_is_overlooked(tmp_path: Path) -> None:
    fake = FakeHost(tmp_path)
    fake.mount("30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw")
    fake.write("/sys/fs/cgroup/memory.max", f"{4 * GIB}\n")
    assert judged(ENTERPRISE, fake.read(), "memory").verdict == "short"

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A host becomes plain JSON and comes back; a path belongs to the nearest mount above it."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.host_types import (
    Cgroup,
    Host,
    Installed,
    Link,
    Listener,
    Mount,
    OsRelease,
)
from tests.unit.plugins.module_utils.fake_host import FakeHost


@pytest.fixture
def bare(tmp_path: Path) -> Host:
    """Return a machine that says little."""
    return FakeHost(tmp_path).read()


def full(host: Host) -> Host:
    """Return a machine that says all it can."""
    disk = Mount(
        path="/", total_bytes=9, free_bytes=8, device="/dev/md0", fstype="ext4", rotational=True, raid_level="raid1"
    )
    listener = Listener(protocol="tcp", address="::1", port=80, process="nginx", pid=7, container="web")
    return replace(
        host,
        os=OsRelease(id="ubuntu", version="24.04", codename="noble", like=("debian",)),
        cgroup=Cgroup(version=2, controllers=("cpu", "memory")),
        mounts=(disk, replace(disk, path="/srv", rotational=None, raid_level=None)),
        links=(Link(name="eth0", mbps=1000), Link(name="lo")),
        listening=(listener, Listener(protocol="udp", address="192.0.2.1", port=53)),
        software={"docker": "26.1.5", "compose": None},
        installed=Installed(name="shop", projects=("stores", "app"), stores=("postgres",)),
    )


def test_a_bare_host_comes_back(bare: Host) -> None:
    assert Host.from_dict(json.loads(json.dumps(bare.as_dict()))) == bare


def test_a_full_host_comes_back(bare: Host) -> None:
    host = full(bare)
    again = Host.from_dict(json.loads(json.dumps(host.as_dict())))
    assert again == host
    assert again != bare


def test_the_dict_is_of_lists_and_dicts(bare: Host) -> None:
    data = full(bare).as_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["os"] == {"id": "ubuntu", "version": "24.04", "codename": "noble", "like": ["debian"]}
    assert data["links"] == [{"name": "eth0", "mbps": 1000}, {"name": "lo", "mbps": None}]
    kept = {"projects": ["stores", "app"], "stores": ["postgres"], "places": [], "keyed": False}
    assert data["installed"] == {"name": "shop", **kept}


def test_a_dict_from_before_there_were_stacks_has_none(bare: Host) -> None:
    data = full(bare).as_dict()
    del data["installed"]
    assert Host.from_dict(data).installed is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"os": None}, TypeError),
        ({"os": {"id": "debian"}}, KeyError),
        ({"cpu_sources": {"online": 1}}, TypeError),
        ({"cpu_sources": {"online": 1, "affinity": 1, "other": 1}}, TypeError),
        ({"mounts": [{"path": "/"}]}, TypeError),
        ({"installed": {"name": "a"}}, KeyError),
        ({"surprise": 1}, TypeError),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else None,
)
def test_another_shape_is_refused(bare: Host, change: dict[str, Any], error: type[Exception]) -> None:
    data = full(bare).as_dict()
    with pytest.raises(error):
        Host.from_dict({**data, **change})


@pytest.mark.parametrize("key", ["os", "cpu_sources", "cgroup", "mounts", "software"])
def test_a_part_that_is_missing_is_refused(bare: Host, key: str) -> None:
    data = bare.as_dict()
    del data[key]
    with pytest.raises(KeyError, match=key):
        Host.from_dict(data)


def test_a_plain_field_that_is_missing_is_refused(bare: Host) -> None:
    data = bare.as_dict()
    del data["arch"]
    with pytest.raises(TypeError, match="arch"):
        Host.from_dict(data)


@pytest.mark.parametrize(
    ("mounts", "path", "holds"),
    [
        (["/", "/srv", "/srv/data"], "/srv/data/pg", "/srv/data"),
        (["/srv/data", "/srv", "/"], "/srv/data/pg", "/srv/data"),
        (["/", "/srv"], "/srv", "/srv"),
        (["/", "/srv"], "/srv/", "/srv"),
        (["/", "/srv"], "/srv2/data", "/"),
        (["/", "/srv/data"], "/srv", "/"),
        (["/"], "/not/yet/there", "/"),
        (["/srv"], "/var/lib", None),
        ([], "/", None),
    ],
)
def test_a_path_is_held_by_the_nearest_mount_above(bare: Host, mounts: list[str], path: str, holds: str | None) -> None:
    each = tuple(Mount(path=one, total_bytes=1, free_bytes=1, device="d", fstype="ext4") for one in mounts)
    found = replace(bare, mounts=each).mount_of(path)
    assert (found and found.path) == holds


def test_a_host_does_not_change(bare: Host) -> None:
    with pytest.raises(FrozenInstanceError):
        bare.arch = "other"  # type: ignore[misc]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A machine that is typed in: what is refused, and what is assumed of it."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan import host_check, typed_host
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB


@pytest.mark.parametrize(
    ("raw", "paths"),
    [
        ({"cpus": 0, "memory": "8GiB"}, ["preflight_size.cpus"]),
        ({"cpus": -1, "memory": "-8GiB", "disk": 0}, [f"preflight_size.{each}" for each in ("cpus", "memory", "disk")]),
        ({"cpus": 4, "memory": "much"}, ["preflight_size.memory"]),
        ({"cpus": 4}, ["preflight_size.memory"]),
        ({"cpus": 4, "memory": "8GiB", "dsk": "80GiB"}, ["preflight_size.dsk"]),
        ("big", ["preflight_size"]),
        ('{"cpus": 0, "memory": "8GiB"}', ["preflight_size.cpus"]),
        ([4, 8], ["preflight_size"]),
        (4, ["preflight_size"]),
    ],
)
def test_what_is_no_machine_is_told_with_its_path_and_what_to_write(raw: object, paths: list[str]) -> None:
    _, findings = typed_host.parse_size(raw)
    assert sorted(each.path for each in findings) == sorted(paths)
    assert all(each.rule and each.hint and each.level == "error" for each in findings)


def test_a_machine_may_also_come_as_json_text() -> None:
    asked = {"cpus": 4, "memory": "8GiB", "disk": "80GB"}
    assert typed_host.parse_size('{"cpus": "4", "memory": "8GB", "disk": "80GiB"}') == typed_host.parse_size(asked)


def test_its_host_is_complete_and_refused_for_nothing_but_size() -> None:
    size, _ = typed_host.parse_size({"cpus": 1.5, "memory": "8GiB", "disk": "80GiB"})
    assert size
    host = typed_host.host(size)
    assert Host.from_dict(host.as_dict()) == host
    assert (host.cpus, host.memory_bytes) == (1.5, 8 * GIB)
    mount = host.mount_of("/var/lib/docker")
    assert mount
    assert mount.free_bytes == 80 * GIB
    assert mount.rotational is None
    assert host_check.findings(host, [{"port": 443, "protocol": "tcp", "owner": "edge"}]) == []
    assert typed_host.assumed(size) == list(typed_host.ASSUMED)


def test_a_disk_that_is_not_given_is_unknown() -> None:
    size, findings = typed_host.parse_size({"cpus": 1, "memory": "1GiB"})
    assert size
    assert not findings
    assert typed_host.host(size).mounts == ()
    assert typed_host.WITHOUT_DISK in typed_host.assumed(size)


def test_a_machine_that_is_not_there_cannot_be_changed() -> None:
    found = typed_host.refused({"cpus": 4})
    assert found.path == "preflight_size"
    assert "plan.yml" in found.hint

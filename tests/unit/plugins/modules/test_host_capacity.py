# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""host_capacity: look, look again, change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.holdfast.host.plugins.module_utils import host
from ansible_collections.holdfast.host.plugins.module_utils.host import Host
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Device
from ansible_collections.holdfast.host.plugins.modules import host_capacity
from tests.unit.plugins.module_utils.fake_host import FakeHost
from tests.unit.plugins.modules.in_process import run_module


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    fake = FakeHost(tmp_path)
    monkeypatch.setattr(host, "read_host", fake.read)
    return fake


def test_check_real_check_real(fake: FakeHost, capfd: pytest.CaptureFixture[str]) -> None:
    results = [run_module(host_capacity.main, capfd, check=check) for check in (True, False, True, False)]
    assert all(result == {"changed": False, "host": fake.read().as_dict()} for result in results)


def test_a_changed_host_is_seen(fake: FakeHost, capfd: pytest.CaptureFixture[str]) -> None:
    fake.write("/proc/meminfo", "MemTotal: 1024 kB\n")
    assert run_module(host_capacity.main, capfd)["host"]["memory_bytes"] == 1024**2


def test_the_result_is_the_host_that_the_domain_reads(fake: FakeHost, capfd: pytest.CaptureFixture[str]) -> None:
    assert Host.from_dict(run_module(host_capacity.main, capfd)["host"]) == fake.read()


def test_the_documentation_names_every_fact(fake: FakeHost) -> None:
    documented = yaml.safe_load(host_capacity.RETURN)["host"]["contains"]
    facts = fake.read().as_dict()
    assert set(documented) == set(facts)
    assert set(documented["mounts"]["sample"][0]) == set(facts["mounts"][0])


def test_a_host_that_cannot_be_measured(fake: FakeHost, capfd: pytest.CaptureFixture[str]) -> None:
    fake.write("/proc/meminfo", "")
    result = run_module(host_capacity.main, capfd)
    assert result["msg"] == "This host cannot be measured: /proc/meminfo has no MemTotal"


def test_unknown_options_are_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert "root" in run_module(host_capacity.main, capfd, root="/")["msg"]


def test_this_machine(capfd: pytest.CaptureFixture[str]) -> None:
    host = Host.from_dict(run_module(host_capacity.main, capfd)["host"])
    assert 0 < host.cpus <= host.cpu_sources.online
    assert 0 < host.memory_bytes <= host.memory_sources.meminfo
    assert host.mount_of("/var/lib") is not None


def test_a_device_that_is_asked_for(
    fake: FakeHost, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    disk = Device(path="/dev/sdb", size_bytes=1, content="")
    monkeypatch.setattr(host, "look_at", lambda path: disk if path == "/dev/sdb" else None)
    shown = run_module(host_capacity.main, capfd, device="/dev/sdb")["host"]["device"]
    assert Host.from_dict(fake.read().as_dict() | {"device": shown}).device == disk
    assert run_module(host_capacity.main, capfd, device="/dev/sdc")["host"]["device"] is None
    assert set(yaml.safe_load(host_capacity.RETURN)["host"]["contains"]["device"]["sample"]) == set(shown)

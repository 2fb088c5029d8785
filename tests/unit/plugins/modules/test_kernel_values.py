# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The kernel_values module the way Ansible calls it, against a made-up /proc/sys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import kernel_state
from ansible_collections.holdfast.host.plugins.modules import kernel_values
from tests.unit.plugins.modules.in_process import run_module


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a machine with one kernel value."""
    value = tmp_path / "sys/vm/swappiness"
    value.parent.mkdir(parents=True)
    value.write_text("60\n", encoding="utf-8")
    monkeypatch.setattr(kernel_state, "SYS", str(tmp_path / "sys"))
    return tmp_path


def _arguments(machine: Path) -> dict[str, Any]:
    settings = [{"name": "vm.swappiness", "value": "10", "reason": "stores first"}]
    paths = {"path": str(machine / "etc/60-holdfast.conf"), "modules_path": str(machine / "load/60-holdfast.conf")}
    return {"settings": settings, **paths}


def test_check_run_and_second_run(machine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    told = run_module(kernel_values.main, capfd, check=True, **_arguments(machine))
    assert (told["changed"], told["set"]) == (True, ["vm.swappiness"])
    assert not (machine / "etc").exists()
    done = run_module(kernel_values.main, capfd, **_arguments(machine))
    assert done["changed"]
    assert done["diff"] == told["diff"]
    assert "\nvm.swappiness = 10" in (machine / "etc/60-holdfast.conf").read_text(encoding="utf-8")
    again = run_module(kernel_values.main, capfd, **_arguments(machine))
    assert (again["changed"], again["set"], again["unheld"]) == (False, [], {})


def test_a_value_that_cannot_be_set_fails_with_its_name(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kernel_state, "_write", lambda *_: None)
    failed = run_module(kernel_values.main, capfd, **_arguments(machine))
    assert failed["failed"]
    assert "vm.swappiness" in failed["msg"]


@pytest.mark.parametrize("container", [False, True])
def test_what_a_value_needs_is_loaded_now_and_by_boot(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *, container: bool
) -> None:
    program, value = machine / "bin/modprobe", machine / "sys/net/netfilter/nf_conntrack_max"
    program.parent.mkdir()
    value.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho $* >> {machine}/asked; [ -e {value} ] || echo 1 > {value}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setattr(kernel_state, "in_container", lambda: container)
    given = _arguments(machine)
    tracked = {"name": "net.netfilter.nf_conntrack_max", "value": "131072", "reason": "memory"}
    more = given | {"settings": [*given["settings"], tracked]}
    listed = machine / "load/60-holdfast.conf"
    told = run_module(kernel_values.main, capfd, check=True, **more)
    assert told["changed"]
    assert not (machine / "asked").exists()
    done = run_module(kernel_values.main, capfd, **more)
    assert ("net.netfilter.nf_conntrack_max" in done["set"]) == (not container)
    assert listed.exists() == (machine / "asked").exists() == (not container)
    if not container:
        assert listed.read_text(encoding="utf-8").endswith("\nnf_conntrack\n")
        assert set((machine / "asked").read_text(encoding="utf-8").splitlines()) == {"--quiet nf_conntrack"}
    assert not run_module(kernel_values.main, capfd, **more)["changed"]
    less = run_module(kernel_values.main, capfd, **given)
    assert less["changed"]
    assert not listed.exists()

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The networks module the way Ansible calls it, against a docker that keeps networks as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.modules import networks
from tests.unit.plugins.modules.in_process import run_module

DOCKER = """#!/bin/sh
cd '{state}' || exit 1
[ -e broken ] && {{ echo no daemon >&2; exit 1; }}
case "$2" in
  ls) ls networks ;;
  inspect)
    printf '['; shift 2; first=
    for name; do printf '%s' "$first"; cat "networks/$name"; first=,; done
    printf ']' ;;
  create)
    for name; do :; done
    echo '{{"Name": "'"$name"'", "Internal": true, "IPAM": {{"Config": []}}, "Containers": {{}},
      "Options": {{"com.docker.network.bridge.name": "hfi1"}}, "Labels": {{"holdfast.egress": "shop"}}}}' \\
      > "networks/$name" ;;
  rm) rm "networks/$3" ;;
esac
"""
Capfd = pytest.CaptureFixture[str]
WANTED = {"name": "shop-inside-api", "bridge": "hfi1", "internal": True}


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "bin/docker"
    program.parent.mkdir()
    (tmp_path / "networks").mkdir()
    program.write_text(DOCKER.format(state=tmp_path), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return tmp_path


def call(capfd: Capfd, wanted: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
    return run_module(networks.main, capfd, label="shop", networks=wanted, **options)


def test_check_real_check_again_real_again(state: Path, capfd: Capfd) -> None:
    results = [call(capfd, [WANTED], check=check) for check in (True, False, True, False)]
    assert [each["changed"] for each in results] == [True, True, False, False]
    assert [path.name for path in (state / "networks").iterdir()] == ["shop-inside-api"]
    assert call(capfd, [])["changed"]
    assert not list((state / "networks").iterdir())


def test_a_host_without_an_engine_can_be_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Capfd) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(AnsibleModule, "get_bin_path", lambda *_: None)
    assert call(capfd, [WANTED], check=True)["changed"]


def test_an_engine_that_refuses_fails_the_task(state: Path, capfd: Capfd) -> None:
    (state / "broken").touch()
    result = call(capfd, [WANTED])
    assert result["failed"]
    assert "no daemon" in result["msg"]

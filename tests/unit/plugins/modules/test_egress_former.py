# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The module the way Ansible calls it; what is found is made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils.networks import NetworkError
from ansible_collections.holdfast.host.plugins.modules import egress_former
from tests.unit.plugins.modules.in_process import run_module

Capfd = pytest.CaptureFixture[str]
FOUND = {"networks": [{"name": "shop-observe-web", "bridge": "hfo1", "internal": False}], "services": [{"name": "web"}]}


def test_what_is_found_is_told_and_nothing_changed(monkeypatch: pytest.MonkeyPatch, capfd: Capfd) -> None:
    asked: list[Any] = []

    def former(_run: object, *words: Any) -> dict[str, Any]:
        asked.append(words)
        return FOUND

    monkeypatch.setattr(egress_former, "former", former)
    result = run_module(egress_former.main, capfd, label="shop", networks=["shop-egress-web"])
    assert (result["changed"], {key: result[key] for key in FOUND}) == (False, FOUND)
    assert asked == [(Path("/etc/holdfast/egress/gate.json"), ["shop-egress-web"], "shop")]


def test_a_host_without_an_engine_can_be_checked(monkeypatch: pytest.MonkeyPatch, capfd: Capfd) -> None:
    monkeypatch.setattr(AnsibleModule, "get_bin_path", lambda *_: None)
    result = run_module(egress_former.main, capfd, label="shop", networks=[], check=True)
    assert (result["networks"], result["services"]) == ([], [])


def test_an_engine_that_refuses_fails_the_task(monkeypatch: pytest.MonkeyPatch, capfd: Capfd) -> None:
    def former(*_: object) -> None:
        raise NetworkError("no daemon")

    monkeypatch.setattr(egress_former, "former", former)
    result = run_module(egress_former.main, capfd, label="shop", networks=[])
    assert result["failed"]
    assert "no daemon" in result["msg"]

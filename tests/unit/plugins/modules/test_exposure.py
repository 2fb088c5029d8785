# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The exposure module the way Ansible calls it; the scan is made up."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.modules import exposure
from tests.unit.plugins.modules.in_process import run_module

Capture = pytest.CaptureFixture[str]
OPTIONS = {"names": ["127.0.0.1"], "declared": [22, 80], "answering": [80]}


@pytest.mark.parametrize("check", [True, False])
def test_what_is_declared_and_nothing_else(capfd: Capture, monkeypatch: pytest.MonkeyPatch, *, check: bool) -> None:
    monkeypatch.setattr(exposure, "scan", lambda _: [22, 80])
    result = run_module(exposure.main, capfd, **OPTIONS, check=check)
    assert (result["changed"], result["open"], result["findings"]) == (False, {"127.0.0.1": [22, 80]}, [])


def test_a_difference_fails(capfd: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exposure, "scan", lambda _: [22, 5432])
    result = run_module(exposure.main, capfd, **OPTIONS)
    assert result["failed"]
    assert "5432/tcp" in result["msg"]
    assert "80/tcp" in result["msg"]
    assert result["open"] == {"127.0.0.1": [22, 5432]}


def test_the_main_address_stays_the_main_one(capfd: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exposure, "scan", lambda address: [80] if address == "127.0.0.1" else [])
    result = run_module(exposure.main, capfd, **OPTIONS, others=["127.0.0.1", "127.0.0.2"])
    assert [each["path"] for each in result["findings"]] == ["exposure.127.0.0.2"]


def test_a_name_without_an_address_fails(capfd: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_words: object, **_options: object) -> list[object]:
        raise OSError("Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    result = run_module(exposure.main, capfd, names=["nowhere.example.org"])
    assert (result["failed"], result["msg"]) == (True, "Name or service not known")

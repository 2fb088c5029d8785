# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""dpkg_ready: check, real, check again, real again; against a dpkg that is played."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import dpkg
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, Run
from ansible_collections.holdfast.host.plugins.modules import dpkg_ready
from tests.unit.plugins.modules.in_process import run_module

Capture = pytest.CaptureFixture[str]
HOLDER = dpkg.Holder(path="/var/lib/dpkg/lock", pid=7, process="apt-get upgrade")


class Dpkg:
    """Packages, some interrupted; ``apt-get -f install`` mends them unless it is broken itself."""

    def __init__(self, *, interrupted: bool = True, apt: int = 0) -> None:
        self.interrupted, self.apt = interrupted, apt
        self.ran: list[str] = []

    def __call__(self, command: Sequence[str], given: str) -> Result:
        assert given == ""
        if command == dpkg.LIST:
            return Result(status=0, out="a half-configured ok\n" if self.interrupted else "a installed ok\n")
        self.ran.append(command[0])
        if command[0] == "apt-get" and self.apt == 0:
            self.interrupted = False
        return Result(status=self.apt, err="E: broken" if self.apt else "")

    def runner(self, timeout_seconds: float = 60, environment: dict[str, str] | None = None) -> Run:
        assert environment is None or (environment["DEBIAN_FRONTEND"], timeout_seconds) == ("noninteractive", 1800)
        return self


@pytest.fixture(autouse=True)
def free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dpkg, "journal", lambda: False)
    monkeypatch.setattr(dpkg, "wait", lambda _seconds: ([], 0.0, []))


def play(monkeypatch: pytest.MonkeyPatch, played: Dpkg) -> None:
    monkeypatch.setattr(dpkg_ready, "runner", played.runner)


def test_check_real_check_real(monkeypatch: pytest.MonkeyPatch, capfd: Capture) -> None:
    played = Dpkg()
    play(monkeypatch, played)
    foreseen = run_module(dpkg_ready.main, capfd, check=True)
    assert (foreseen["changed"], foreseen["broken"], played.ran) == (True, {"a": "half-configured"}, [])
    assert run_module(dpkg_ready.main, capfd) == foreseen
    assert played.ran == ["dpkg", "apt-get"]
    for check in (True, False):
        again = run_module(dpkg_ready.main, capfd, check=check)
        assert (again["changed"], again["commands"], again["diff"]) == (False, [], {"before": "", "after": ""})
    assert played.ran == ["dpkg", "apt-get"]


def test_what_cannot_be_mended_is_told(monkeypatch: pytest.MonkeyPatch, capfd: Capture) -> None:
    play(monkeypatch, Dpkg(apt=100))
    result = run_module(dpkg_ready.main, capfd)
    assert result["broken"] == {"a": "half-configured"}
    assert "E: broken" in result["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_a_lock_that_stays(monkeypatch: pytest.MonkeyPatch, capfd: Capture, *, check: bool) -> None:
    play(monkeypatch, Dpkg())
    monkeypatch.setattr(dpkg, "wait", lambda seconds: ([HOLDER], float(seconds), [HOLDER]))
    result = run_module(dpkg_ready.main, capfd, check=check, timeout_seconds=3)
    assert result["holders"] == [HOLDER.as_dict()]
    if check:
        assert (result["changed"], result["waited_seconds"]) == (False, 0.0)
    else:
        assert result["msg"].startswith("Gave up after 3 s: /var/lib/dpkg/lock is held by process 7 (apt-get upgrade)")

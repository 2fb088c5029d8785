# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""packages: check, real, check again, real again; after interrupted runs; against a dpkg and an apt that are played."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils import dpkg
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, Run
from ansible_collections.holdfast.host.plugins.module_utils.packages import QUERY
from ansible_collections.holdfast.host.plugins.modules import packages
from tests.unit.plugins.modules.in_process import run_module

Capture = pytest.CaptureFixture[str]
HOLDER = dpkg.Holder(path="/var/lib/dpkg/lock", pid=7, process="apt-get upgrade")


class Host:
    """Packages by their state, and what was run."""

    def __init__(self, states: dict[str, str], *, fails: str = "") -> None:
        self.states, self.fails = states, fails
        self.ran: list[str] = []

    def query(self, command: list[str], **_options: object) -> tuple[int, str, str]:
        assert command == QUERY
        return 0, "".join(f"{name} {state}\n" for name, state in self.states.items()), ""

    def __call__(self, command: Sequence[str], given: str) -> Result:
        assert given == ""
        if command == dpkg.LIST:
            return Result(status=0, out="".join(f"{name} {state} ok\n" for name, state in self.states.items()))
        words = "configure" if command[0] == "dpkg" else next(word for word in ("update", "install") if word in command)
        self.ran.append(words)
        if words == self.fails:
            return Result(status=100, err="E: no")
        if words == "configure":
            self.states = dict.fromkeys(self.states, "installed")
        elif words == "install" and "-f" not in command:
            self.states |= dict.fromkeys(command[command.index("install") + 1 :], "installed")
        return Result(status=0)

    def runner(self, timeout_seconds: float = 60, environment: dict[str, str] | None = None) -> Run:
        assert environment is None or (environment["DEBIAN_FRONTEND"], timeout_seconds) == ("noninteractive", 1800)
        return self


def play(monkeypatch: pytest.MonkeyPatch, host: Host, holders: Sequence[dpkg.Holder] = ()) -> None:
    monkeypatch.setattr(dpkg, "journal", lambda: False)
    monkeypatch.setattr(dpkg, "wait", lambda _seconds: (list(holders), 3.0, list(holders)))
    monkeypatch.setattr(packages, "runner", host.runner)
    monkeypatch.setattr(AnsibleModule, "run_command", host.query)


def test_check_real_check_real(monkeypatch: pytest.MonkeyPatch, capfd: Capture) -> None:
    host = Host({"a": "installed"})
    play(monkeypatch, host)
    foreseen = run_module(packages.main, capfd, check=True, names=["a", "b"])
    assert (foreseen["changed"], foreseen["missing"], host.ran) == (True, ["b"], [])
    assert run_module(packages.main, capfd, names=["a", "b"]) == foreseen
    assert host.ran == ["update", "install"]
    for check in (True, False):
        again = run_module(packages.main, capfd, check=check, names=["a", "b"])
        assert (again["changed"], again["missing"], again["diff"]) == (False, [], {"before": "", "after": ""})
    assert host.ran == ["update", "install"]


# What is missing is half there; and nothing is missing, but the triggers of another package did not run.
@pytest.mark.parametrize(
    ("states", "ran"),
    [
        ({"a": "half-configured"}, ["configure", "install", "update", "install"]),
        ({"a": "installed", "libc-bin": "triggers-pending"}, ["configure", "install"]),
    ],
)
def test_an_interrupted_run_is_mended(
    monkeypatch: pytest.MonkeyPatch, capfd: Capture, states: dict[str, str], ran: list[str]
) -> None:
    host = Host(dict(states))
    play(monkeypatch, host)
    for check in (True, False):
        result = run_module(packages.main, capfd, check=check, names=["a"])
        assert result["changed"]
        assert result["interrupted"] == {name: state for name, state in states.items() if state != "installed"}
    assert host.ran == ran
    assert not run_module(packages.main, capfd, names=["a"])["changed"]


def test_an_unmerged_journal_is_mended(monkeypatch: pytest.MonkeyPatch, capfd: Capture) -> None:
    host = Host({"a": "installed"})
    play(monkeypatch, host)
    monkeypatch.setattr(dpkg, "journal", lambda: not host.ran)
    assert run_module(packages.main, capfd, names=["a"])["changed"]
    assert host.ran == ["configure", "install"]


@pytest.mark.parametrize("fails", ["update", "install"])
def test_a_failure_is_told(monkeypatch: pytest.MonkeyPatch, capfd: Capture, fails: str) -> None:
    play(monkeypatch, Host({}, fails=fails))
    result = run_module(packages.main, capfd, names=["a"])
    assert result["failed"]
    assert "E: no" in result["msg"]
    assert result["missing"] == ["a"]


def test_who_holds_the_lock_is_told(monkeypatch: pytest.MonkeyPatch, capfd: Capture) -> None:
    host = Host({})
    play(monkeypatch, host, [HOLDER])
    result = run_module(packages.main, capfd, names=["a"])
    assert "apt-get upgrade" in result["msg"]
    assert host.ran == []

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The guard on this machine's disk: what it takes back, and what makes a change permanent."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import guard, guard_undo
from ansible_collections.holdfast.host.plugins.module_utils.guard import Guard
from ansible_collections.holdfast.host.plugins.module_utils.guard_lock import GuardError, alone
from tests.unit.plugins.module_utils.guarding import TOKEN, Machine, armed, filled, state, undo


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    return filled(tmp_path / "etc")


def test_every_kind_of_change_is_taken_back(etc: Path) -> None:
    before = state(etc)
    held = armed(etc, Machine())
    assert state(etc) != before
    assert undo(held) == 0
    assert state(etc) == before
    assert not held.waiting()


def test_the_timer_is_asked_for_and_looked_for_before_a_file_changes(etc: Path) -> None:
    machine, before = Machine(), state(etc)
    machine.fails = {"systemctl is-active": "inactive"}
    with pytest.raises(GuardError, match=r"is-active .*: inactive"):
        armed(etc, machine)
    assert state(etc) == before
    assert [call for call in machine.calls if call.startswith("systemd-run") and "--on-active=20s" in call]


def test_without_a_place_for_the_copies_nothing_changes(etc: Path) -> None:
    machine, before = Machine(), state(etc)
    (etc.parent / "guard").write_text("in the way")
    with pytest.raises(OSError, match="guard"):
        armed(etc, machine)
    assert state(etc) == before


def test_programs_read_the_old_files_again_but_not_at_boot(etc: Path) -> None:
    mark = etc.parent / "a mark"
    held = armed(etc, Machine(), [["touch", str(mark)]])
    assert undo(held, "boot") == 0
    assert not mark.exists()
    held = armed(etc, Machine(), [["touch", str(mark)]])
    assert undo(held) == 0
    assert mark.exists()


def test_what_commands_wrote_goes_back_at_boot_too(etc: Path) -> None:
    was, held = (
        etc / "common-auth",
        Guard(
            name="demo", run=Machine().run, root=etc.parent / "guard", boot_unit=etc.parent / "holdfast-guard.service"
        ),
    )
    was.write_text("made before\n", encoding="utf-8")
    also = [was, etc / "seen", etc / "never"]
    with alone(held.place):
        guard.arm(held, guard_undo.undos([], also), [["false"]], token=TOKEN, seconds=20)
    was.write_text("made by a command\n", encoding="utf-8")
    (etc / "seen").write_text("made by a command\n", encoding="utf-8")
    assert undo(held, "boot") == 0
    assert was.read_text(encoding="utf-8") == "made before\n"
    assert not (etc / "seen").exists()
    assert not (etc / "never").exists()


def test_a_way_back_that_failed_is_gone_again(etc: Path) -> None:
    before, mark = state(etc), etc.parent / "there"
    held = armed(etc, Machine(), [["test", "-e", str(mark)]])
    assert undo(held) == 1
    assert held.waiting()
    mark.touch()
    assert undo(held) == 0
    assert not held.waiting()
    assert state(etc) == before


def test_a_fresh_login_makes_it_permanent(etc: Path) -> None:
    machine = Machine()
    held = armed(etc, machine)
    after = state(etc)
    guard.confirm(held, TOKEN, 100.5)
    assert machine.calls[-1] == "systemctl stop holdfast-guard-demo.timer holdfast-guard-demo.service"
    assert undo(held) == 0
    assert state(etc) == after


@pytest.mark.parametrize(
    ("token", "login", "said"),
    [
        (TOKEN, 99.9, "began before the change"),
        (TOKEN, None, "no SSH server above it"),
        ("another", 101.0, "another change"),
    ],
)
def test_what_is_no_fresh_login_confirms_nothing(etc: Path, token: str, login: float | None, said: str) -> None:
    before = state(etc)
    held = armed(etc, Machine())
    with pytest.raises(GuardError, match=said):
        guard.confirm(held, token, login)
    assert undo(held) == 0
    assert state(etc) == before


def test_before_the_change_is_whole_no_login_counts(etc: Path) -> None:
    held = armed(etc, Machine())
    record = held.place / "pending/record.json"
    record.write_text(json.dumps({"token": TOKEN}))
    with pytest.raises(GuardError, match="another change"):
        guard.confirm(held, TOKEN, 101.0)


def test_what_was_taken_back_cannot_be_confirmed(etc: Path) -> None:
    held = armed(etc, Machine())
    assert undo(held) == 0
    with pytest.raises(GuardError, match="was taken back"):
        guard.confirm(held, TOKEN, 101.0)


def test_what_waits_is_taken_back_on_request(etc: Path) -> None:
    machine, before = Machine(), state(etc)
    held = armed(etc, machine)
    guard.take_back(held)
    assert state(etc) == before
    assert machine.calls[-1] == "systemctl stop holdfast-guard-demo.timer holdfast-guard-demo.service"
    calls = len(machine.calls)
    guard.take_back(held)
    assert len(machine.calls) == calls, "nothing waits"


def test_one_guard_serves_again_and_again(etc: Path) -> None:
    for _ in range(3):
        before = state(etc)
        held = armed(etc, Machine())
        assert undo(held) == 0
        assert state(etc) == before
    shutil.rmtree(held.place / "undone")
    held = armed(etc, Machine())
    guard.confirm(held, TOKEN, 101.0)
    assert (held.place / "confirmed").is_dir()


def test_the_unit_for_the_boot_comes_before_what_lets_in() -> None:
    ordered = next(line for line in guard.BOOT_TEXT.splitlines() if line.startswith("Before="))
    assert {"network-pre.target", "nftables.service", "ssh.service", "ssh.socket"} <= set(ordered[7:].split())


@pytest.mark.parametrize(("name", "good"), [("sshd", True), ("a-b2", True), ("", False), ("../x", False), ("A", False)])
def test_a_name_is_a_word(name: str, good: bool) -> None:
    assert bool(guard.NAME.fullmatch(name)) is good

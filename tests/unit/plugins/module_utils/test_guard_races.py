# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The guard where two want the same: a slow writer and its timer, two runs, a login and a loss of power."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import guard
from ansible_collections.holdfast.host.plugins.module_utils.guard_lock import GuardError, alone
from tests.unit.plugins.module_utils.guarding import TOKEN, Machine, armed, filled, state, undo


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    return filled(tmp_path / "etc")


def test_what_the_host_took_back_while_it_was_written_is_no_change(etc: Path) -> None:
    before, held = state(etc), armed(etc, Machine())
    assert undo(held) == 0
    # The writer was slow, and writes on.
    (etc / "old.conf").write_text("late\n")
    with pytest.raises(GuardError, match="the host took the change back"):
        guard.applied(held, TOKEN, 101.0)
    guard.take_back_again(held)
    assert state(etc) == before


def test_a_run_notes_nothing_on_anothers_change(etc: Path) -> None:
    held = armed(etc, Machine())
    record = (held.place / "pending/record.json").read_text()
    with pytest.raises(GuardError, match="another change of demo waits"):
        guard.applied(held, "another", 101.0)
    assert (held.place / "pending/record.json").read_text() == record


def test_while_another_run_writes_no_login_confirms(etc: Path) -> None:
    held = armed(etc, Machine())
    with alone(held.place), pytest.raises(GuardError, match="another run changes demo now"):
        guard.confirm(held, TOKEN, 101.0)
    assert held.waiting()


def test_the_next_change_is_not_taken_back_by_the_script_of_the_last_one(etc: Path) -> None:
    machine = Machine()
    armed(etc, machine)
    stop = "systemctl stop holdfast-guard-demo.timer holdfast-guard-demo.service"
    assert machine.calls.index(stop) < next(n for n, call in enumerate(machine.calls) if call.startswith("systemd-run"))


def test_a_timer_that_just_fired_does_not_undo_a_confirmation(etc: Path) -> None:
    machine = Machine()
    held = armed(etc, machine)
    machine.fails = {"systemctl stop": "Unit holdfast-guard-demo.timer not loaded."}
    guard.confirm(held, TOKEN, 100.5)
    assert (held.place / "confirmed").is_dir()


def test_a_way_back_that_fails_leaves_the_timer(etc: Path) -> None:
    machine = Machine()
    held = armed(etc, machine, [["false"]])
    machine.calls.clear()
    with pytest.raises(GuardError, match="undo"):
        guard.take_back(held)
    assert machine.calls == []


def test_the_renames_that_decide_outlive_a_loss_of_power(etc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    seen: list[tuple[Path, list[str], list[str]]] = []

    def synced(path: Path) -> None:
        seen.append((path, sorted(each.name for each in path.iterdir() if each.is_dir()), list(machine.calls)))

    monkeypatch.setattr(guard, "sync_directory", synced)
    held = armed(etc, machine)
    (path, names, calls) = seen.pop()
    assert (path, names) == (held.place, ["pending"])
    assert not [call for call in calls if call.startswith("systemd-run")]
    guard.confirm(held, TOKEN, 100.5)
    (path, names, _) = seen.pop()
    assert (path, names, seen) == (held.place, ["confirmed"], [])

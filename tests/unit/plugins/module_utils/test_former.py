# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What lay there before comes back, and only that: not what somebody else has changed since."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import files, former

OWNED = {"owner": pwd.getpwuid(os.getuid()).pw_name, "group": grp.getgrgid(os.getgid()).gr_name}


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    place = tmp_path / "etc"
    place.mkdir()
    (place / "vendor").write_text("vendor's\n", encoding="utf-8")
    (place / "vendor").chmod(0o640)
    (place / "defs").write_text("UMASK 022\nOTHER 1\n", encoding="utf-8")
    (place / "table").write_text("t\n", encoding="utf-8")
    (place / "table").chmod(0o644)
    return place


def everything(etc: Path) -> list[dict[str, Any]]:
    """Return files as options: one of ours, one in place of a vendor's, settings in one, and the mode of one."""
    return [
        {"path": str(etc / "new/ours"), "content": "ours\n", "mode": "0600", **OWNED},
        {"path": str(etc / "vendor"), "content": "ours\n", "mode": "0644", **OWNED},
        {"path": str(etc / "defs"), "rows": [{"name": "UMASK", "value": "027"}, {"name": "NEW", "value": "1"}],
         "separator": " ", "mode": "0644", **OWNED},
        {"path": str(etc / "table"), "mode": "0600", **OWNED},
    ]  # fmt: skip


def run(etc: Path, wanted: list[dict[str, Any]], absent: tuple[str, ...] = ()) -> tuple[list[str], tuple[str, ...]]:
    """Do what the module does; return the paths that changed and those that were left."""
    parsed, findings = files.parse({"files": wanted, "absent": [str(etc / name) for name in absent], "parents": OWNED})
    kept = former.remember(parsed, "tried", etc.parent / "former")
    changes, refused = files.plan(kept.wanted)
    assert not findings + refused
    files.apply([*kept.first, *changes, *kept.last])
    return [str(each.entry.path) for each in changes], kept.left


def state(etc: Path) -> dict[str, tuple[str, int]]:
    """Return text and mode of each file."""
    paths = sorted(path for path in etc.rglob("*") if path.is_file())
    return {path.name: (path.read_text(encoding="utf-8"), stat.S_IMODE(path.stat().st_mode)) for path in paths}


def test_everything_comes_back(etc: Path) -> None:
    before = state(etc)
    run(etc, everything(etc))
    assert state(etc)["vendor"] == ("ours\n", 0o644)
    assert state(etc)["defs"][0] == "UMASK 027\nOTHER 1\nNEW 1\n"
    assert run(etc, everything(etc)) == ([], ())
    changed, left = run(etc, [])
    assert len(changed) == 4
    assert left == ()
    assert state(etc) == before
    # Nothing is held any more, and a further run has nothing to do.
    assert run(etc, []) == ([], ())
    assert (etc.parent / "former/tried.json").read_text(encoding="utf-8") == "{}\n"


def test_the_first_state_is_kept_over_many_changes(etc: Path) -> None:
    before = state(etc)
    for text in ("one\n", "two\n"):
        run(etc, [{**everything(etc)[1], "content": text}])
    run(etc, [])
    assert state(etc) == before


def test_what_is_on_again_goes_back_to_the_state_before_that(etc: Path) -> None:
    run(etc, everything(etc))
    run(etc, [])
    (etc / "vendor").write_text("vendor's next\n", encoding="utf-8")
    run(etc, everything(etc))
    run(etc, [])
    assert state(etc)["vendor"][0] == "vendor's next\n"


@pytest.mark.parametrize("name", ["vendor", "new/ours"])
def test_what_somebody_has_changed_since_stays_and_is_told(etc: Path, name: str) -> None:
    run(etc, everything(etc))
    (etc / name).write_text("theirs\n", encoding="utf-8")
    _, left = run(etc, [])
    assert left == (str(etc / name),)
    assert (etc / name).read_text(encoding="utf-8") == "theirs\n"
    told: list[str] = []
    former.tell(former.Remembered(wanted=files.parse({})[0], left=left), told.append)
    assert "somebody has changed it since" in told[0]


def test_a_setting_that_is_wanted_no_more_goes_back_alone(etc: Path) -> None:
    run(etc, everything(etc))
    fewer = {**everything(etc)[2], "rows": [{"name": "UMASK", "value": "027"}]}
    run(etc, [fewer])
    assert state(etc)["defs"][0] == "UMASK 027\nOTHER 1\n"
    run(etc, [])
    assert state(etc)["defs"][0] == "UMASK 022\nOTHER 1\n"


def test_a_path_that_must_be_absent_is_removed_and_forgotten(etc: Path) -> None:
    run(etc, everything(etc))
    run(etc, everything(etc)[2:], absent=("vendor", "new/ours"))
    assert {"vendor", "ours"} & state(etc).keys() == set()


def test_a_run_that_was_cut_short_loses_nothing(etc: Path) -> None:
    before = state(etc)
    parsed, _ = files.parse({"files": everything(etc), "parents": OWNED})
    kept = former.remember(parsed, "tried", etc.parent / "former")
    changes, _ = files.plan(kept.wanted)
    files.apply([*kept.first, *changes[:3]])
    run(etc, everything(etc))
    # And the way back, cut short behind its first file.
    parsed, _ = files.parse({"parents": OWNED})
    kept = former.remember(parsed, "tried", etc.parent / "former")
    files.apply([*kept.first, *files.plan(kept.wanted)[0][:1]])
    run(etc, [])
    assert state(etc) == before


def test_the_ledger_is_roots_alone(etc: Path) -> None:
    run(etc, everything(etc))
    ledger = etc.parent / "former/tried.json"
    assert [stat.S_IMODE(each.stat().st_mode) for each in (ledger, ledger.parent)] == [0o600, 0o700]

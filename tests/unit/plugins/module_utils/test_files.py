# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Many files at once: the order of the steps, and the checkers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import files
from ansible_collections.holdfast.host.plugins.module_utils.command import Result

ME: dict[str, str] = {"mode": "0755", "owner": str(os.getuid()), "group": str(os.getgid())}


def planned(**options: Any) -> list[tuple[str, str]]:
    wanted, findings = files.parse({"parents": ME, **options})
    changes, forbidden = files.plan(wanted)
    assert findings + forbidden == []
    return [(change.action, change.entry.path.name) for change in changes]


def test_directories_before_files_before_removals(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old/a").touch()
    steps = planned(
        absent=[f"{tmp_path}/old", f"{tmp_path}/old/a", f"{tmp_path}/never"],
        files=[{"path": f"{tmp_path}/p/q/f", "content": "", **ME}],
        directories=[{"path": f"{tmp_path}/p/d/e", **ME}, {"path": f"{tmp_path}/p", **ME}],
    )
    made = [("make", name) for name in ("p", "d", "e", "q")]
    assert steps == [*made, ("write", "f"), ("remove", "a"), ("remove", "old")]


def test_a_directory_may_be_a_link_to_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real").chmod(0o755)
    assert planned(directories=[{"path": f"{tmp_path}/link", **ME}]) == []


def test_a_directory_that_appeared_since_is_taken_as_it_is(tmp_path: Path) -> None:
    wanted, _ = files.parse({"parents": ME, "files": [{"path": f"{tmp_path}/state/ours/f", "content": "", **ME}]})
    changes, _ = files.plan(wanted)
    (tmp_path / "state/theirs").mkdir(parents=True)
    (tmp_path / "state").chmod(0o700)
    files.apply(changes)
    assert (tmp_path / "state/ours/f").exists()
    assert (tmp_path / "state/theirs").is_dir()
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o755


def test_checkers_see_the_new_text_under_the_files_name(tmp_path: Path) -> None:
    staging = tmp_path / "staging"
    staging.mkdir()
    items = [
        {"path": f"{tmp_path}/{n}/x.conf", "content": n, "validate": "check -f '%s' 'two words'", **ME} for n in "ab"
    ]
    changes, _ = files.plan(files.parse({"parents": ME, "files": items})[0])
    seen = []

    def run(command: Sequence[str], _given: str) -> Result:
        seen.append([command[0], command[1], Path(command[2]).name, Path(command[2]).read_text(), command[3]])
        return Result(status=0) if len(seen) == 1 else Result(status=1, out="line 1: no\n")

    findings = files.validate(changes, staging, run)
    assert seen == [["check", "-f", "x.conf", n, "two words"] for n in "ab"]
    assert [(finding.path, finding.hint) for finding in findings] == [(f"{tmp_path}/b/x.conf", "line 1: no")]
    assert not (tmp_path / "a").exists()


def test_leftovers_beside_files_and_their_parents_go(tmp_path: Path) -> None:
    for name in ("d/.holdfast-new.f", ".holdfast-new.d"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    wanted, _ = files.parse({"files": [{"path": f"{tmp_path}/d/f", "content": "", **ME}]})
    files.clear_leftovers(wanted)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["d"]


def test_mode_and_owner_alone(tmp_path: Path) -> None:
    there, owner = tmp_path / "shadow", {"owner": str(os.getuid()), "group": str(os.getgid())}
    there.write_text("secret", encoding="utf-8")
    there.chmod(0o644)
    asked = [{"path": str(tmp_path / name), "mode": "0600", **owner} for name in ("shadow", "none")]
    wanted, findings = files.parse({"files": asked})
    changes, more = files.plan(wanted)
    assert not [*findings, *more]
    files.apply(changes)
    assert [(change.action, change.entry.path.name) for change in changes] == [("attributes", "shadow")]
    assert (there.read_text(encoding="utf-8"), there.stat().st_mode & 0o777) == ("secret", 0o600)
    assert not files.plan(wanted)[0]
    assert not (tmp_path / "none").exists()


def test_settings_in_somebody_elses_file(tmp_path: Path) -> None:
    there = tmp_path / "login.defs"
    there.write_bytes(b"# caf\xe9\nUMASK 022\n")
    there.chmod(0o640)
    entry = {"rows": [{"name": "UMASK", "value": "027"}], "separator": " ", "mode": "0644", "owner": "0", "group": "0"}
    wanted, findings = files.parse(
        {"files": [{"path": str(tmp_path / name), **entry} for name in (there.name, "none")]}
    )
    changes, more = files.plan(wanted)
    assert not [*findings, *more]
    files.apply(changes)
    assert there.read_bytes() == b"# caf\xe9\nUMASK 027\n"
    assert there.stat().st_mode & 0o777 == 0o640
    assert not files.plan(wanted)[0]
    assert not (tmp_path / "none").exists()

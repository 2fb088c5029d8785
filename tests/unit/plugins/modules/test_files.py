# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""files: check, real, check again, real again, changed; and killed at every step."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.modules import files
from tests.unit.plugins.modules.in_process import run_module

ME: dict[str, str] = {"owner": str(os.getuid()), "group": str(os.getgid())}
Capture = pytest.CaptureFixture[str]


def wanted(root: Path, text: str = "one\n", mode: str = "0640") -> dict[str, Any]:
    return {
        "parents": {"mode": "0755", **ME},
        "directories": [{"path": f"{root}/d", "mode": "0750", **ME}],
        "files": [
            {"path": f"{root}/d/a.conf", "content": text, "mode": mode, **ME, "validate": "grep -q e %s"},
            {"path": f"{root}/x/y/b.conf", "content": "two\n", "mode": "0644", **ME},
        ],
        "absent": [f"{root}/old"],
    }


def snapshot(root: Path) -> dict[str, tuple[int, str]]:
    paths = sorted(root.rglob("*"))
    return {str(p): (p.stat().st_mode, p.read_text() if p.is_file() else "") for p in paths}


def test_check_real_check_real_changed(tmp_path: Path, capfd: Capture) -> None:
    root = tmp_path / "bare"
    options = wanted(root)
    foreseen = run_module(files.main, capfd, **options, check=True)
    assert foreseen["changed"]
    assert not root.exists()
    done = run_module(files.main, capfd, **options)
    assert done == foreseen
    assert (root / "d/a.conf").read_text() == "one\n"
    assert [(root / p).stat().st_mode & 0o7777 for p in ("d", "d/a.conf", "x")] == [0o750, 0o640, 0o755]
    before = snapshot(root)
    for check in (True, False):
        again = run_module(files.main, capfd, **options, check=check)
        assert (again["changed"], again["paths"], again["diff"]) == (False, [], [])
        assert again["hashes"] == done["hashes"]
    assert snapshot(root) == before
    (root / "old").write_text("x")
    changed = run_module(files.main, capfd, **wanted(root, "one more\n", "0600"))
    assert changed["paths"] == [f"{root}/d/a.conf", f"{root}/old"]
    assert changed["hashes"][f"{root}/d/a.conf"] == hashlib.sha256(b"one more\n").hexdigest()
    assert changed["diff"][0]["before"] == "one\n"
    assert changed["diff"][0]["after"] == "one more\n"
    assert not (root / "old").exists()


def test_attributes_alone(tmp_path: Path, capfd: Capture) -> None:
    run_module(files.main, capfd, **wanted(tmp_path))
    inode = (tmp_path / "d/a.conf").stat().st_ino
    result = run_module(files.main, capfd, **wanted(tmp_path, mode="0444"))
    assert result["paths"] == [f"{tmp_path}/d/a.conf"]
    assert "mode 0444" in result["diff"][0]["after"]
    assert (tmp_path / "d/a.conf").stat().st_ino == inode


def test_one_refused_file_leaves_all_as_they_are(tmp_path: Path, capfd: Capture) -> None:
    run_module(files.main, capfd, **wanted(tmp_path))
    before = snapshot(tmp_path)
    options = wanted(tmp_path, "nothing of the kind -> X\n".replace("e", "3"))
    options["files"][1]["content"] = "other\n"
    result = run_module(files.main, capfd, **options)
    assert [finding["path"] for finding in result["findings"]] == [f"{tmp_path}/d/a.conf"]
    assert snapshot(tmp_path) == before


def test_a_missing_checker_is_a_finding(tmp_path: Path, capfd: Capture) -> None:
    item = {"path": f"{tmp_path}/a", "content": "x", "validate": "no-such-checker %s", **ME}
    assert "no-such-checker" in run_module(files.main, capfd, files=[item])["msg"]
    assert not (tmp_path / "a").exists()


def test_a_link_is_replaced_and_its_target_is_not(tmp_path: Path, capfd: Capture) -> None:
    (tmp_path / "target").write_text("kept")
    (tmp_path / "a").symlink_to(tmp_path / "target")
    run_module(files.main, capfd, files=[{"path": f"{tmp_path}/a", "content": "new\n", **ME}])
    assert not (tmp_path / "a").is_symlink()
    assert (tmp_path / "target").read_text() == "kept"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"files": [{"path": "relative", "content": "x"}]}, "is an absolute path"),
        ({"files": [{"path": "/a/../b", "content": "x"}]}, "is an absolute path"),
        ({"files": [{"path": "/a", "content": "x", "mode": "rw"}]}, "octal digits"),
        ({"files": [{"path": "/a", "content": "x", "owner": "no-such-user"}]}, "is known on this host"),
        ({"files": [{"path": "/a", "content": "x", "validate": "true"}]}, "holds %s"),
        ({"files": [{"path": "/a", "content": "x"}], "absent": ["/a"]}, "is named once"),
        ({"files": [{"path": "/etc", "content": "x"}]}, "is a file or not there"),
        ({"files": [{"path": "/etc/passwd/x", "content": "x"}]}, "lies below directories"),
        ({"directories": [{"path": "/etc/passwd"}]}, "is a directory or not there"),
        ({"absent": ["/etc"]}, "is empty before it is removed"),
    ],
)
def test_refusals(change: dict[str, Any], told: str, capfd: Capture) -> None:
    assert told in run_module(files.main, capfd, **change)["msg"]


def test_an_owner_that_a_package_will_bring_passes_in_check_mode(tmp_path: Path, capfd: Capture) -> None:
    item = {"path": f"{tmp_path}/a", "content": "x", "owner": "no-such-user"}
    assert run_module(files.main, capfd, files=[item], check=True)["changed"]


def test_directories_are_emptied_from_the_bottom_up(tmp_path: Path, capfd: Capture) -> None:
    (tmp_path / "d/e").mkdir(parents=True)
    (tmp_path / "d/e/f").write_text("x")
    run_module(files.main, capfd, absent=[str(tmp_path / name) for name in ("d", "d/e", "d/e/f")])
    assert list(tmp_path.iterdir()) == []


# Runs the plan and dies by SIGKILL at the n-th change of the file system.
KILLED = """
import json, os, signal, sys
from ansible_collections.holdfast.host.plugins.module_utils import files
wanted, _ = files.parse(json.loads(sys.argv[1]))
changes, _ = files.plan(wanted)
left = int(sys.argv[2])
def count(event, _):
    global left
    if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "os.chown", "os.rmdir", "os.link"):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
files.clear_leftovers(wanted)
files.apply(changes)
"""


def test_killed_at_every_step_the_next_run_ends_the_same(tmp_path: Path, capfd: Capture) -> None:
    run_module(files.main, capfd, **wanted(tmp_path / "whole"))
    whole = {path.removeprefix(str(tmp_path / "whole")): what for path, what in snapshot(tmp_path / "whole").items()}
    kills = 0
    for step in range(0, 200, 3):
        root = tmp_path / f"cut{step}"
        root.mkdir()
        (root / "old").write_text("x")
        text = json.dumps(wanted(root))
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        dead = subprocess.run([sys.executable, "-c", KILLED, text, str(step)], env=environment, check=False)
        assert dead.returncode in (0, -signal.SIGKILL)
        kills += dead.returncode != 0
        run_module(files.main, capfd, **wanted(root))
        assert {path.removeprefix(str(root)): what for path, what in snapshot(root).items()} == whole
        if dead.returncode == 0:
            break
    assert kills >= 5
    assert dead.returncode == 0

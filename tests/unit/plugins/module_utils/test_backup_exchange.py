# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Places are looked at with what a run would use; secrets lie in files for a moment, and in no finding."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.backup_exchange import Wanted, look, parse
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.backup_world import ABSENT, WRONG, World, out
from tests.unit.plugins.module_utils.test_backup_settings import GIVEN

ETC = "/etc/holdfast/backup"
SSH = f"sftp.command=ssh -i {ETC}/restic/2.key -o UserKnownHostsFile={ETC}/server/known_hosts"
PLACES = [
    {
        "number": 1,
        "kind": "local",
        "where": "/a",
        "off_host": False,
        "restic": "/a/files",
        "env_file": "",
        "options": [],
    },
    {
        "number": 2,
        "kind": "sftp",
        "where": "u1@store.example.org:/b",
        "off_host": True,
        "restic": "sftp:u1@store.example.org:/b/files",
        "env_file": "/etc/holdfast/backup/restic/2.env",
        "options": ["-o", SSH],
    },
]
OURS = out({"id": "abc"})


def _options(directory: Path, numbers: Sequence[int] = (1, 2), **provided: str) -> dict[str, Any]:
    (directory / "BACKUP_KEY").write_text("the-hosts-key")
    text = {
        "backup.json": json.dumps(GIVEN | {"stack": "shop", "repositories": PLACES}),
        "server/known_hosts": "store.example.org ssh-ed25519 AAAA\n",
        "restic/2.key": "${secret:BACKUP_2_SFTP_KEY}\n",
        "restic/2.env": "A=${secret:UNKNOWN}\n",
    }
    files: list[dict[str, Any]] = [{"path": f"{ETC}/{path}", "content": content} for path, content in text.items()]
    files.append({"path": "/etc/holdfast/stores/.env", "variables": {}})
    return {"numbers": list(numbers), "files": files, "provided": provided, "secrets_directory": str(directory)}


@pytest.fixture
def wanted(tmp_path: Path) -> Wanted:
    """Return what is to be tried: both places, with the host's key."""
    return parse(_options(tmp_path, BACKUP_2_SFTP_KEY="private"))


def test_what_is_given_wins_over_what_the_host_has(tmp_path: Path, wanted: Wanted) -> None:
    assert wanted.values == {"BACKUP_KEY": "the-hosts-key", "BACKUP_2_SFTP_KEY": "private"}
    assert parse(_options(tmp_path, BACKUP_KEY="another")).values["BACKUP_KEY"] == "another"
    assert [each.number for each in parse(_options(tmp_path, numbers=[2])).repositories] == [2]
    assert "private" not in repr(wanted)


def test_without_the_programs_own_file_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"has no /etc/holdfast/backup/backup\.json"):
        parse(_options(tmp_path) | {"files": []})


def test_places_without_backups_are_fresh_and_leave_nothing_behind(wanted: Wanted) -> None:
    seen: dict[str, Any] = {}

    def run(words: Sequence[str], _given: str) -> Result:
        key = Path(words[words.index("--password-file") + 1])
        seen[words[words.index("-r") + 1]] = key.parent
        assert key.read_text() == "the-hosts-key"
        assert key.stat().st_mode & 0o777 == 0o600
        own = key.parent / "restic/2.key"
        assert (own.read_text(), own.stat().st_mode & 0o777) == ("private\n", 0o600)
        if "-o" in words:
            assert words[words.index("-o") + 1] == SSH.replace("/etc/holdfast/backup", str(key.parent))
        # Without a value its secret names, a file is not there.
        assert not (key.parent / "restic/2.env").exists()
        return ABSENT

    assert look(wanted, run) == ([], [1, 2])
    assert set(seen) == {each["restic"] for each in PLACES}
    assert not any(place.exists() for place in seen.values())


def test_a_place_of_our_own_is_taken(wanted: Wanted) -> None:
    assert look(wanted, World({"cat config": OURS, "snapshots": out([{"hostname": "shop"}])})) == ([], [])
    assert look(wanted, World({"cat config": OURS, "snapshots": out([])})) == ([], [])


@pytest.mark.parametrize(
    ("results", "rule", "hint"),
    [
        ({"cat config": WRONG}, "another key than BACKUP_KEY", "recovery kit"),
        ({"cat config": Result(status=1, err="Fatal: unable to open: refused")}, "must answer: repository", "firewall"),
        (
            {"cat config": OURS, "snapshots": out([{"hostname": "blog"}, {"hostname": "shop"}])},
            "of blog, and",
            "its own",
        ),
    ],
)
def test_what_speaks_against_a_place(wanted: Wanted, results: dict[str, Result], rule: str, hint: str) -> None:
    findings, fresh = look(wanted, World(results))
    assert fresh == []
    assert [each.path for each in findings] == [f"holdfast_stack.backup.repositories[{index}]" for index in (0, 1)]
    assert [each.value for each in findings] == ["/a", "u1@store.example.org:/b"]
    assert all(rule in each.rule and hint in each.hint for each in findings)
    assert not any("the-hosts-key" in each.rule + each.hint for each in findings)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Modes that hold, also of what other programs write anew."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import modes

GIVEN = {path: (mode, owner) for path, mode, owner, _ in modes.CONCERN.modes}
HELD = {name.removeprefix("z "): value for name, value, _ in modes.CONCERN.files[modes.KEPT]}


def test_a_copy_of_the_hashes_is_set_again_as_the_run_sets_it() -> None:
    assert set(modes.BACKUPS) == {"/etc/shadow-", "/etc/gshadow-"}
    for path in modes.BACKUPS:
        mode, who = GIVEN[path]
        assert mode == "0000"
        assert HELD[path].split() == [mode, *who.split(":")]
    assert {value for _, value, _ in modes.CONCERN.files[modes.PATH]} == set(modes.BACKUPS)


def test_what_programs_read_of_hashes_stays_readable_to_them() -> None:
    assert GIVEN["/etc/shadow"] == GIVEN["/etc/gshadow"] == ("0640", "root:shadow")


def test_homes_that_are_there_and_homes_to_come_keep_what_their_shells_read() -> None:
    for name in modes.INIT_FILES:
        assert HELD[f"/home/*/{name}"] == "0600 - -"
        assert GIVEN[f"/etc/skel/{name}"] == ("0600", "root:root")


def test_the_unit_that_holds_them_reads_the_file_that_says_them() -> None:
    assert modes.KEPT in modes.CONCERN.units["holdfast-modes.service"].reads
    assert modes.CONCERN.files[modes.SERVICE] == modes.CONCERN.files[modes.AGAIN]
    assert modes.APPLY[1].endswith(modes.KEPT)


def test_no_directory_of_a_home_is_named() -> None:
    assert not [path for path in HELD if path.endswith(("/.ssh", "/.config", "/.cache", "*"))]

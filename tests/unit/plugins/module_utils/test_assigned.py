# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Settings in somebody else's file."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.assigned import Settings

WANTED = Settings(rows=(("UMASK", "027"), ("PASS_MAX_DAYS", "365")), separator="\t")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# UMASK 022\nUMASK\t\t022\nA b\n", "# UMASK 022\nUMASK\t027\nA b\nPASS_MAX_DAYS\t365\n"),
        ("UMASK 022\nUMASK 002\nPASS_MAX_DAYS 365\n", "UMASK\t027\nPASS_MAX_DAYS 365\n"),
        ("", "UMASK\t027\nPASS_MAX_DAYS\t365\n"),
        ("UMASKS 1\n", "UMASKS 1\nUMASK\t027\nPASS_MAX_DAYS\t365\n"),
    ],
)
def test_each_is_set_once(before: str, after: str) -> None:
    assert WANTED.applied(before) == after
    assert WANTED.applied(after) == after


def test_an_equals_sign_parts_with_or_without_blanks() -> None:
    wanted = Settings(rows=(("num_logs", "8"),), separator=" = ")
    assert wanted.applied("num_logs=5\n") == "num_logs = 8\n"
    assert wanted.applied("num_logs=8\n") == "num_logs=8\n"


FORMER = "# a comment\nUMASK\t\t022\nHOME_MODE 0700\nHOME_MODE 0755\nOTHER 1\n"
ASKED = (("UMASK", "027"), ("HOME_MODE", "0750"), ("NEW", "1"))


def former(text: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    held = Settings(rows=ASKED, separator=" ")
    return {name: (value, tuple(held.of(name, text.splitlines()))) for name, value in ASKED}


def test_what_is_ours_no_more_gets_its_former_lines_back() -> None:
    written = Settings(rows=ASKED, separator=" ").applied(FORMER)
    assert Settings(rows=(), separator=" ", former=former(FORMER)).applied(written) == FORMER


def test_what_somebody_has_set_since_stays() -> None:
    written = Settings(rows=ASKED, separator=" ").applied(FORMER).replace("UMASK 027", "UMASK 077")
    back = Settings(rows=(), separator=" ", former=former(FORMER)).applied(written)
    assert "UMASK 077" in back
    assert "NEW" not in back


def test_some_go_back_and_others_stay_ours() -> None:
    written = Settings(rows=ASKED, separator=" ").applied(FORMER)
    kept = Settings(rows=ASKED[:1], separator=" ", former={"NEW": former(FORMER)["NEW"]})
    assert kept.applied(written) == written.replace("NEW 1\n", "")

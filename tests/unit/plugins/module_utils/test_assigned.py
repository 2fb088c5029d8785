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

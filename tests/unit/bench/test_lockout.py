# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is published of many lock-outs counts what happened."""

from __future__ import annotations

from tests.bench.lockout import figures, good
from tests.lockout.changes import NFTABLES, RELOADS, SSHD, Change
from tests.lockout.trial import Outcome

CHANGES = tuple(
    Change(path=path, name="deny all", text="", act=act, command=RELOADS[path])
    for path, act in ((SSHD, "kill"), (SSHD, "stay"), (NFTABLES, "power"), (NFTABLES, "kill"))
)


def outcome(closed: float, *problems: str) -> Outcome:
    return Outcome(change="", closed=closed, tries=9, failed=5, seconds=closed + 3, problems=problems)


OUTCOMES = (
    outcome(20.5),
    outcome(31.0),
    outcome(2.0),
    outcome(0.0, "a file is not as before"),
)


def test_late_and_unlike_before_are_no_success() -> None:
    assert [good(each) for each in OUTCOMES] == [True, False, True, False]


def test_what_is_published_is_counted() -> None:
    assert figures(7, CHANGES, OUTCOMES) == {
        "seed": 7,
        "trials": 4,
        "passed": 2,
        "slowest": 31.0,
        "sshd": 2,
        "nftables": 2,
        "killed": 2,
        "power": 1,
    }

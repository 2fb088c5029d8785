# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What becomes of a row."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.verify.verdict import FAILS, HOLDS, UNSEEN, ask, either


def test_all_that_is_wrong_is_told() -> None:
    assert either([], "all is well") == (HOLDS, "all is well")
    assert either(["one", "two"], "all is well") == (FAILS, "one; two")


def test_what_no_host_shows_is_asked_for() -> None:
    assert ask("ask them")({}, {}) == (UNSEEN, "ask them")

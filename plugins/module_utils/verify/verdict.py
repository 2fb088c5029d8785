# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What can become of one row of a list: it holds, it does not, no host can show it, or there is nothing to judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

HOLDS, FAILS, UNSEEN, IDLE = "holds", "does not hold", "cannot be seen", "nothing to judge"
Seen = Mapping[str, Any]
# The result, and by what one sees it.
Verdict = tuple[str, str]
Judge = Callable[[Seen, Seen], Verdict]


def either(wrong: list[str], well: str) -> Verdict:
    """Return that it does not hold, with all that is wrong, or that it does, with what shows it."""
    return (FAILS, "; ".join(wrong)) if wrong else (HOLDS, well)


def ask(what: str) -> Judge:
    """Return the judge of what no host can show. what: whom to ask."""
    return lambda _expect, _seen: (UNSEEN, what)

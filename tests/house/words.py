# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Words that do not belong into the repository: where one machine fetches its packages, and paths of one machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Each pattern has a bracket in it so that this file does not match itself.
FORBIDDEN = {
    r"\bpyp[i]\.org|pythonhoste[d]\.org": "apt, pip and npm know where they fetch from",
    r"\bregistry\.npmj[s]\.": "apt, pip and npm know where they fetch from",
    r"\b(deb|security|archive|ports)\.(debia[n]|ubunt[u])\.(org|com)": "apt, pip and npm know where they fetch from",
    r"(^|[\s\"'=(`])/wor[k](/|\b)": "a path of one machine",
    r"\.\./share[d]\b|\bthe issu[e]\b": "a reader of the repository does not have it",
}


def forbidden(text: str) -> Iterator[str]:
    """Yield the forbidden words of a text with their lines."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, reason in FORBIDDEN.items():
            if match := re.search(pattern, line):
                yield f"line {number}: {match[0].strip()}: {reason}"

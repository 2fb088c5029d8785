# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""testssl.sh before the edge of a host: what it finds in TLS, certificates and headers, by severity."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

FILE = "/root/testssl.json"
# Asked on the host itself, under a public name of the stack; no name server is asked, and nothing leaves the host.
ASK = (
    "rm -f {file}; testssl --quiet --color 0 --warnings batch --nodns none --ip 127.0.0.1 --jsonfile {file} {name}:443"
    " >/dev/null 2>&1; cat {file}"
)
# Worse than LOW; and what it could not ask, which proves nothing.
WORSE = ("MEDIUM", "HIGH", "CRITICAL", "FATAL", "WARN")
# A whole run has some 150 answers; one that was cut short has few.
LEAST = 100


def command(name: str) -> str:
    """Return what asks the edge under a public name and prints the findings as JSON."""
    return ASK.format(file=FILE, name=name)


def cell(text: str, waived: Mapping[str, str]) -> dict[str, Any]:
    """Return the counts by severity, and the findings above LOW. Raises ValueError where little was asked."""
    found = json.loads(text)
    if len(found) < LEAST:
        raise ValueError(f"testssl.sh answered {len(found)} questions: {text[-500:]}")
    worse = {each["id"]: f"{each['severity']}: {each['finding']}" for each in found if each["severity"] in WORSE}
    return {
        "counts": dict(Counter(each["severity"] for each in found)),
        "above_low": worse,
        "waived": [name for name in worse if name in waived],
    }


def still_open(figures: Mapping[str, Any]) -> list[str]:
    """Return the findings above LOW that nothing waives."""
    return sorted(set(figures["above_low"]) - set(figures["waived"]))

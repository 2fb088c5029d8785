# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which Pythons of a host can run what is sent to it. This file itself is read by older ones, too.

From Ubuntu 22.04's to Ubuntu 26.04's; the tests run what is sent with each.
"""

from __future__ import annotations

import re

LEAST, MOST = (3, 10), (3, 14)
PATH = "host.python"
RULE = f"must be Python {LEAST[0]}.{LEAST[1]} to {MOST[0]}.{MOST[1]}"
HINT = "ansible_python_interpreter: /usr/bin/python3, where a supported system has one of these"


def serves(version: str) -> bool:
    """Tell whether a Python of a version, such as 3.12.3, can run what is sent to a host; one that is not known can."""
    match = re.match(r"(\d+)\.(\d+)", version)
    return match is None or LEAST <= (int(match[1]), int(match[2])) <= MOST

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which packages are installed, and how to install what is missing without a question."""

from __future__ import annotations

from collections.abc import Sequence

QUERY = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\\n"]
UPDATE = ["apt-get", "-q", "update"]


def installed(text: str) -> set[str]:
    """Return the names that dpkg-query reports as installed; half-installed ones are not among them."""
    rows = (line.split(" ", 1) for line in text.splitlines() if " " in line)
    return {name for name, status in rows if status == "installed"}


def missing(names: Sequence[str], text: str) -> list[str]:
    """Return the wanted packages that are not installed, in the order wanted, each once."""
    present = installed(text)
    return [name for name in dict.fromkeys(names) if name not in present]


def install_command(names: Sequence[str], lock_timeout_seconds: int) -> list[str]:
    """Return the command that installs packages. dpkg's lock is waited for; apt names who holds it."""
    lock = f"DPkg::Lock::Timeout={lock_timeout_seconds}"
    options = ("Dpkg::Options::=--force-confdef", "Dpkg::Options::=--force-confold", lock)
    words = [word for option in options for word in ("-o", option)]
    return ["apt-get", "-y", "--no-install-recommends", *words, "install", *names]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The host as it is: one thin reader over pure parsers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host

__all__ = ["Host", "read_host"]

# Runs a command; returns what it printed, or None where it is missing, fails or takes too long.
Runner = Callable[[Sequence[str]], "str | None"]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Settings of every unit test."""

from __future__ import annotations

from hypothesis import settings

# The same examples in every run, and no deadline: a small shared machine is slow at times, not wrong.
settings.register_profile("house", derandomize=True, deadline=None, database=None)
settings.load_profile("house")

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""All faults, by their names."""

from __future__ import annotations

from . import rows_host, rows_killed, rows_reach, rows_stored
from .row import Row

MODULES = (rows_reach, rows_stored, rows_killed, rows_host)
ROWS: dict[str, Row] = {each.name: each for module in MODULES for each in module.ROWS}

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Faults of backups, each brought about on a lab host, and what was told of it."""

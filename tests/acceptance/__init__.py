# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Judges of a live lab host, from outside: what a user, an operator and a stranger would see of it."""

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Declarations and hosts that site.yml refuses, on real hosts, which must be the same before and after."""

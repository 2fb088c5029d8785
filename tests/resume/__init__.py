# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Interrupt site.yml at any moment, run it again, and compare the host with one that was never interrupted."""

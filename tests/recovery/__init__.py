# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A host that is lost, and what of it comes back from its kit and its repositories."""

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Ways out of a container, each shown open from a free one and closed from one with a list of names."""

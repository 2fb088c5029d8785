# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL in a container with a limit that holds: our settings beside those of other tuners."""

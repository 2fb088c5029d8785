# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is lost with a host, how long it takes to come back, and what the archive costs meanwhile."""

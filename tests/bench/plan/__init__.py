# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Random hosts and declarations through the whole planner, and the promises that every plan must keep."""

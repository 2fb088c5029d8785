# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What runs on the lab host itself: it tells what the host is, and kills what runs there. Standard library only."""

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What was backed up comes back: measured on lab hosts, with what is killed, lost and damaged on the way."""

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The lab: real hosts in containers, stack images, and the registry that serves them. See README.md."""

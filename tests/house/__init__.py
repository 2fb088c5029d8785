# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The rules of the house as pure functions: text or parsed text in, what is wrong out, one line each."""

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Redis and Valkey under a memory limit: is the server ever killed, and how much of the limit holds data?"""

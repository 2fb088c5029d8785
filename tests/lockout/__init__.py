# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Changes of sshd and of a firewall that lock everybody out, under the guard: how long until a fresh login works?"""

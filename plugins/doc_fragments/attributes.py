# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The attributes that every module of the collection states."""

from __future__ import annotations


class ModuleDocFragment:
    """Descriptions of the attributes. Each module adds its own ``support``."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return what it would change, without changing the host.
  diff_mode:
    description: Returns what changed, or would change, in diff mode.
  idempotent:
    description: Run again with the same options, it changes nothing.
"""

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What every module of the collection says about check mode, diff mode and being run twice."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragments, found by name: holdfast.host.attributes and holdfast.host.attributes.read_only."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Runs in C(check_mode) and predicts the changed status without changing the target.
  diff_mode:
    description: Returns details on what has changed, or would change in C(check_mode), when in diff mode.
  idempotent:
    description:
      - Run twice in a row with the same options, the second run reports no change.
"""

    # For modules that only look.
    READ_ONLY = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module does not change the target.
  diff_mode:
    support: N/A
    details:
      - This module does not change the target.
  idempotent:
    support: full
"""

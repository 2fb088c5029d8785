# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the rendered projects have in common."""

from __future__ import annotations

import json

from ansible_collections.holdfast.host.plugins.module_utils.render.parts import digest


def test_a_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": [2]}) == digest(json.loads('{"b": [2], "a": 1}')) != digest({"a": 1, "b": [3]})

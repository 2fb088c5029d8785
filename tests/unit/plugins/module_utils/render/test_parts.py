# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the rendered projects have in common."""

from __future__ import annotations

import json

from ansible_collections.holdfast.host.plugins.module_utils.render.parts import config_digest, digest


def test_a_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": [2]}) == digest(json.loads('{"b": [2], "a": 1}')) != digest({"a": 1, "b": [3]})


def test_a_servers_configuration_is_the_same_in_another_order_and_with_another_reason() -> None:
    one = [{"name": "a", "value": "1", "reason": "x"}, {"name": "b", "value": "2", "reason": "y"}]
    other = [{"name": "b", "value": "2", "reason": "z"}, {"name": "a", "value": "1", "reason": "x"}]
    assert config_digest(one) == config_digest(other)
    assert config_digest(one) != config_digest([one[0]])

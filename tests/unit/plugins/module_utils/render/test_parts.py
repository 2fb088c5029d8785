# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the rendered projects have in common."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.render.parts import config_digest, digest, stamped


def test_a_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": [2]}) == digest(json.loads('{"b": [2], "a": 1}')) != digest({"a": 1, "b": [3]})


def test_a_servers_configuration_is_the_same_in_another_order_and_with_another_reason() -> None:
    one = [{"name": "a", "value": "1", "reason": "x"}, {"name": "b", "value": "2", "reason": "y"}]
    other = [{"name": "b", "value": "2", "reason": "z"}, {"name": "a", "value": "1", "reason": "x"}]
    assert config_digest(one) == config_digest(other)
    assert config_digest(one) != config_digest([one[0]])


SERVICE: dict[str, Any] = {
    "image": "web:1",
    "deploy": {"resources": {"limits": {"memory": "1", "cpus": "2", "pids": 512}}, "replicas": 2},
    "depends_on": {"db": {}},
    "environment": {"A": "1"},
    "command": ["run"],
    "labels": {"team": "shop", "holdfast.files": "abc"},
}


def _labels(**changes: Any) -> dict[str, str]:
    labels: dict[str, str] = stamped(SERVICE | changes)["labels"]
    return labels


@pytest.mark.parametrize(
    "changes",
    [{"image": "web:2"}, {"deploy": {"resources": {"limits": {"pids": 512}}}}, {"depends_on": {}}],
)
def test_what_is_compared_by_itself_is_no_other_definition(changes: dict[str, Any]) -> None:
    assert _labels(**changes) == _labels()


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"command": ["walk"]}, "holdfast.definition"),
        ({"labels": {"team": "bank", "holdfast.files": "abc"}}, "holdfast.definition"),
        ({"deploy": {"resources": {"limits": {"pids": 9}}}}, "holdfast.definition"),
        ({"environment": {"A": "2"}}, "holdfast.environment"),
    ],
)
def test_another_definition_is_another_label(changes: dict[str, Any], label: str) -> None:
    other, plain = _labels(**changes), _labels()
    assert {name for name in plain if name.startswith("holdfast.") and other[name] != plain[name]} == {label}
    assert other["holdfast.files"] == "abc"

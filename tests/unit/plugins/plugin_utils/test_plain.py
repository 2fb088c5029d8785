# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Ansible's values become plain ones, at any depth."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.plugin_utils.plain import plain

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def _kinds(value: Any) -> set[type]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {type(value)}.union(*map(_kinds, inner))


@given(PLAIN)
def test_plain_values_stay_what_they_are(value: Any) -> None:
    assert plain(value) == value


def test_values_that_ansible_read_lose_their_tags() -> None:
    text = "a: [1, two, 2.5, true, null, {b: c}]\n1: x\n"
    value = DataLoader().load(text, file_name="/srv/made-up.yml")
    kinds = {dict, list, str, int, float, bool, type(None)}
    assert _kinds(value) - kinds, "Ansible hands out plain values: the adapter is not needed"
    assert _kinds(plain(value)) == kinds
    assert yaml.safe_load(yaml.safe_dump(plain(value))) == {"a": [1, "two", 2.5, True, None, {"b": "c"}], "1": "x"}
    assert json.loads(json.dumps(plain(value))) == plain(value)


@pytest.mark.parametrize(("value", "expected"), [((1, 2), [1, 2]), ({"x"}, ["x"]), (frozenset({1}), [1])])
def test_other_collections_become_lists(value: Any, expected: list[Any]) -> None:
    assert plain(value) == expected

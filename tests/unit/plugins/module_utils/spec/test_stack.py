# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The declaration as a whole: everything at once, typed, and documented."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.spec import stack as spec
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import parse_stack, reference
from tests.planning import STACK
from tests.planning import stack as declared

LEAST = {"name": "shop", "tier": "local"}


def test_the_least_declaration_has_a_default_for_all_the_rest() -> None:
    stack, findings = parse_stack(LEAST)
    assert findings == []
    assert stack == spec.Stack(name="shop", tier="local")
    assert stack is not None
    assert (stack.compose, stack.tls.mode, stack.services, stack.stores.postgres) == (
        ("compose.yaml",),
        "self-signed",
        {},
        None,
    )


def test_a_full_declaration_is_typed() -> None:
    stack = declared(compose=["a.yaml", "b.yaml"], secrets={"K": "provide"})
    assert (stack.compose, stack.secrets) == (("a.yaml", "b.yaml"), {"K": "provide"})


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"tier": ["local"]}, "holdfast_stack.tier"),
        ({"tier": {}}, "holdfast_stack.tier"),
        ({"tier": 4}, "holdfast_stack.tier"),
        ({"name": "Shop"}, "holdfast_stack.name"),
        ({"tls": {"mode": "acme"}}, "holdfast_stack.tls.mode"),
        ({"secrets": {"K": "made"}}, "holdfast_stack.secrets.K"),
        ({"secrets": {"A-B": "keep"}}, "holdfast_stack.secrets"),
        ({"profiles": "full"}, "holdfast_stack.profiles"),
    ],
)
def test_what_is_refused_has_its_path_and_a_hint(changes: dict[str, Any], path: str) -> None:
    _, (finding,) = parse_stack(LEAST | changes)
    assert finding.path.endswith(path)
    assert finding.hint


@given(
    st.dictionaries(
        st.sampled_from(["name", "tier", "stores", "services", "tls", "secrets", "compose", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(
                    st.sampled_from(["web", "routes", "host", "postgres", "service", "mode", "memory"]),
                    inner,
                    max_size=3,
                )
            ),
            max_leaves=8,
        ),
    )
)
def test_no_declaration_raises_and_none_is_refused_without_a_hint(raw: dict[str, Any]) -> None:
    stack, findings = parse_stack(raw)
    assert (stack is None) <= bool(findings)
    assert all(finding.rule and finding.hint for finding in findings)


def test_the_examples_of_the_page_are_yaml_and_taken() -> None:
    rows = [line.split("|")[1:-1] for line in reference().splitlines() if line.startswith("| `")]
    examples = {row[0].strip(" `"): yaml.safe_load(row[-1].strip().strip("`")) for row in rows}
    top = {key: value for key, value in examples.items() if "." not in key}
    raw = top | {"tier": "local", "services": STACK["services"], "stores": STACK["stores"]}
    stack, findings = parse_stack(raw)
    assert findings == []
    assert stack is not None
    assert set(top) == set(vars(stack))

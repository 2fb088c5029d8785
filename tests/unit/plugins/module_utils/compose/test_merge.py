# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.compose.merge import Tagged, merge_files, settle
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report

RESET = Tagged(tag="reset")


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ({"image": "a"}, {"image": "b"}, {"image": "b"}),
        ({"image": "a"}, {"image": None}, {"image": "a"}),
        ({"command": ["a"]}, {"command": ["b"]}, {"command": ["b"]}),
        ({"command": ["a"]}, {"command": None}, {"command": None}),
        ({"ports": [1]}, {"ports": [1, 2]}, {"ports": [1, 2]}),
        ({"ports": [1]}, {"ports": Tagged(tag="override", value=[2])}, {"ports": [2]}),
        ({"ports": [1], "user": "u"}, {"ports": RESET}, {"user": "u"}),
        ({"environment": ["A=1", "B=1"]}, {"environment": {"B": 2}}, {"environment": {"A": "1", "B": 2}}),
        ({"environment": {"A": 1}}, {"environment": {"A": None}}, {"environment": {"A": None}}),
        ({"dns": "a"}, {"dns": ["b"]}, {"dns": ["a", "b"]}),
        ({"build": "."}, {"build": {"target": "t"}}, {"build": {"context": ".", "target": "t"}}),
        ({"networks": ["n"]}, {"networks": {"n": {"x": 1}}}, {"networks": {"n": {"x": 1}}}),
        ({"healthcheck": {"test": ["a"], "retries": 1}}, {"healthcheck": {"test": ["b"]}},
         {"healthcheck": {"test": ["b"], "retries": 1}}),
        ({"ulimits": {"n": {"soft": 1, "hard": 1}}}, {"ulimits": {"n": 5}}, {"ulimits": {"n": 5}}),
        ({"logging": {"driver": "a", "options": {"x": 1}}}, {"logging": {"driver": "b"}}, {"logging": {"driver": "b"}}),
        ({"extra_hosts": {"a": "1"}}, {"extra_hosts": ["a=2"]}, {"extra_hosts": ["a=1", "a=2"]}),
    ],
)  # fmt: skip
def test_a_service_is_merged_by_compose_rules(base: Any, over: Any, expected: Any) -> None:
    report = Report()
    merged = merge_files({"services": {"a": base}}, {"services": {"a": over}}, report)
    assert settle(merged) == {"services": {"a": expected}}
    assert report.findings == []


def test_other_sections_merge_deeply_and_keep_their_own_words() -> None:
    base = {"volumes": {"v": {"labels": {"a": 1}}, "command": {"driver": "a"}}}
    over = {"volumes": {"v": {"labels": {"b": 2}}, "command": {"name": "b"}}}
    assert merge_files(base, over, Report()) == {
        "volumes": {"v": {"labels": {"a": 1, "b": 2}}, "command": {"driver": "a", "name": "b"}}
    }


def test_two_forms_of_one_key_are_a_finding() -> None:
    report = Report()
    merge_files({"services": {"a": {"ports": [1]}}}, {"services": {"a": {"ports": {"x": 1}}}}, report)
    assert [finding.path for finding in report.findings] == ["compose.services.a.ports"]


def test_nothing_that_is_merged_changes() -> None:
    base, over = {"services": {"a": {"dns": ["x"]}}}, {"services": {"a": {"dns": ["y"]}}}
    merge_files(base, over, Report())
    assert (base, over) == ({"services": {"a": {"dns": ["x"]}}}, {"services": {"a": {"dns": ["y"]}}})

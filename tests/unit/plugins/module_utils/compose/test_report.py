# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Findings in the order met, each once, and no value from a place of secrets."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report, join
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding


@pytest.mark.parametrize(
    ("path", "key", "joined"),
    [
        ("a", "b", "a.b"),
        ("a", 0, "a[0]"),
        ("a[0]", "b", "a[0].b"),
        ("a", "0", "a.0"),
        ("a", True, "a.True"),
        ("a", None, "a.None"),
    ],
)
def test_a_path_grows_by_a_key_or_an_index(path: str, key: object, joined: str) -> None:
    assert join(path, key) == joined


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *[(one, one) for one in ("x", "", 1, 1.5, True, False, None)],
        *[({"a": 1}, "a mapping"), ([1], "a list"), ((1,), "a tuple"), (b"x", "a bytes")],
    ],
)
def test_only_plain_values_are_shown(value: Any, shown: Any) -> None:
    report = Report()
    report.error("compose.services.a.image", value, "rule")
    assert report.findings == [Finding(path="compose.services.a.image", value=shown, rule="rule")]


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        *[(key, False) for key in ("environment", "command", "entrypoint", "labels", "annotations", "content")],
        *[
            (key, False)
            for key in ("build.args.TOKEN", "build.cache_from[0]", "build.cache_to[1]", "healthcheck.test[1]")
        ],
        *[(key, False) for key in ("environment.A", "environment[0]", "logging.options.a", "driver_opts.password")],
        *[(key, True) for key in ("image", "ports[0]", "environments", "deploy.replicas", "commands.a", "networks.a")],
    ],
)
def test_a_place_of_secrets_shows_no_value(place: str, shown: bool) -> None:
    report = Report()
    path = f"compose.services.a.{place}"
    report.warn(path, "s3cret", "rule", "hint")
    value = "s3cret" if shown else None
    assert report.findings == [Finding(path=path, value=value, rule="rule", hint="hint", level="warning")]


def test_findings_stand_in_order_and_once() -> None:
    report = Report()
    for path in ("b", "a", "b"):
        report.error(path, 1, "rule")
    report.warn("a", 1, "rule")
    assert [(one.path, one.level) for one in report.findings] == [("b", "error"), ("a", "error"), ("a", "warning")]


def test_only_errors_fail() -> None:
    report = Report()
    assert not report.failed
    report.warn("a", 1, "rule")
    assert not report.failed
    report.error("a", 1, "rule")
    assert report.failed

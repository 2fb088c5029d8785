# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Commands, health, builds, env files, networks and dependencies of a service."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.compose import parts
from ansible_collections.holdfast.host.plugins.module_utils.compose.kinds import BAD, Kind
from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Dependency
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report

FILES = {"/p/a.env": "A=1\nB=2\n", "/p/b.env": "B=3\nC=${A}-${OUT}\nOUT\nNOT\n", "/p/bad.env": "=x\n"}
BUILD = parts.build("/p/{}".format, {"SET": "1"})
REMOTE = "https://git.example.org/a.git"


def read_text(path: str) -> str:
    """Read one of FILES; a directory and a binary are there too."""
    if path == "/p/directory":
        raise IsADirectoryError(path)
    if path == "/p/binary":
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
    if path not in FILES:
        raise FileNotFoundError(path)
    return FILES[path]


@pytest.mark.parametrize(
    ("kind", "value", "normal"),
    [
        (parts.command, "a 'b c' \"d\"", ["a", "b c", "d"]),
        (parts.command, "", []),
        (parts.command, ["a", "a"], ["a", "a"]),
        (parts.command, [], []),
        (parts.healthcheck, {"test": "curl x"}, {"test": ["CMD-SHELL", "curl x"]}),
        (parts.healthcheck, {"test": ["CMD", "x"], "retries": "3"}, {"test": ["CMD", "x"], "retries": 3}),
        (parts.healthcheck, {"interval": "90s", "disable": False}, {"interval": "1m30s"}),
        (parts.healthcheck, {"test": []}, {}),
        *[(parts.healthcheck, one, {"disable": True}) for one in ({"test": ["NONE"]}, {"test": "x", "disable": True})],
        (BUILD, "app", {"context": "/p/app", "dockerfile": "Dockerfile"}),
        (BUILD, {"dockerfile": "D", "target": "t"}, {"context": "/p/.", "dockerfile": "D", "target": "t"}),
        (BUILD, {"dockerfile_inline": "FROM x"}, {"context": "/p/.", "dockerfile_inline": "FROM x"}),
        (BUILD, REMOTE, {"context": REMOTE, "dockerfile": "Dockerfile"}),
        (
            BUILD,
            {"args": ["SET", "NOT", "A=2"]},
            {"context": "/p/.", "dockerfile": "Dockerfile", "args": {"SET": "1", "A": "2"}},
        ),
        (BUILD, {"args": {"NOT": None}, "labels": {}}, {"context": "/p/.", "dockerfile": "Dockerfile"}),
        (parts.env_files, "a", [{"path": "a"}]),
        (parts.env_files, {"path": "a", "required": "false"}, [{"path": "a", "required": False}]),
        (parts.env_files, ["a", {"path": "b"}], [{"path": "a"}, {"path": "b"}]),
        (parts.networks, ["a", "b"], {"a": {}, "b": {}}),
        (parts.networks, {"a": None}, {"a": {}}),
        (parts.networks, {"a": {"aliases": ["x", "x"]}}, {"a": {"aliases": ["x"]}}),
        (parts.depends_on, ["a"], {"a": Dependency()}),
        (
            parts.depends_on,
            {"a": {"condition": "service_healthy", "required": False, "restart": True}},
            {"a": Dependency(condition="service_healthy", required=False, restart=True)},
        ),
    ],
)
def test_each_form(kind: Kind, value: Any, normal: Any) -> None:
    report = Report()
    assert kind(value, "p", report) == normal
    assert report.findings == []


@pytest.mark.parametrize(
    ("kind", "value", "path", "words"),
    [
        (parts.command, None, "p", "must be a text or a list of texts"),
        (parts.command, {}, "p", "must be a text or a list of texts"),
        (parts.command, "a 'b", "p", "No closing quotation"),
        (parts.command, ["a", 1], "p[1]", "must be a text"),
        (parts.healthcheck, "x", "p", "must be a mapping"),
        (parts.healthcheck, {"test": 1}, "p.test", "must be a text or a list"),
        (parts.healthcheck, {"test": {}}, "p.test", "must be a text or a list"),
        (parts.healthcheck, {"test": ["curl"]}, "p.test", "must start with CMD"),
        (parts.healthcheck, {"interval": 5}, "p.interval", "a duration is"),
        (parts.healthcheck, {"retries": -1}, "p.retries", "whole number"),
        (BUILD, 1, "p", "must be a mapping"),
        (BUILD, {"args": "A=1"}, "p.args", "must be a mapping, or"),
        (BUILD, {"contxt": "."}, "p.contxt", "not a key"),
        (parts.env_files, 1, "p", "one of the forms"),
        (parts.env_files, ["a", None], "p[1]", "one of the forms"),
        (parts.env_files, [{"required": True}], "p[0].path", "must be given"),
        (parts.networks, "a", "p", "must be a mapping"),
        (parts.networks, [1], "p[0]", "must be a text"),
        (parts.networks, {"a": {"aliases": "x"}}, "p.a.aliases", "must be a list"),
        (parts.depends_on, {"a": None}, "p.a", "must be a mapping"),
        (parts.depends_on, {"a": {"condition": "healthy"}}, "p.a.condition", "known values"),
        (parts.depends_on, {"a": {}}, "p.a.condition", "must be given"),
        (parts.depends_on, 1, "p", "must be a mapping"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(kind: Kind, value: Any, path: str, words: str) -> None:
    report = Report()
    assert kind(value, "p", report) is BAD
    assert [(finding.path, finding.level) for finding in report.findings] == [(path, "error")]
    assert words in report.findings[0].rule


def test_a_bad_word_of_a_health_test_is_told_at_itself_and_at_the_test() -> None:
    report = Report()
    assert parts.healthcheck({"test": ["CMD", 1]}, "p", report) is BAD
    assert [finding.path for finding in report.findings] == ["p.test[1]", "p.test"]


@pytest.mark.parametrize("command", ["curl 's3cret", {"a": "s3cret"}])
def test_a_command_is_never_shown(command: Any) -> None:
    report = Report()
    parts.command(command, "compose.services.a.command", report)
    assert report.failed
    assert "s3cret" not in str(report.findings)


@pytest.mark.parametrize(
    ("entries", "values"),
    [
        ([], {}),
        ([{"path": "a.env"}], {"A": "1", "B": "2"}),
        # A later file wins and sees the earlier ones. A name alone is set from outside, or not at all.
        ([{"path": "a.env"}, {"path": "b.env"}], {"A": "1", "B": "3", "C": "1-out", "OUT": "out"}),
        ([{"path": "b.env"}, {"path": "a.env"}], {"A": "1", "B": "2", "C": "-out", "OUT": "out"}),
        ([{"path": "gone.env", "required": False}, {"path": "a.env"}], {"A": "1", "B": "2"}),
    ],
)
def test_env_files_are_read_in_order(entries: list[dict[str, Any]], values: dict[str, str]) -> None:
    read = parts.env_reader("/p/{}".format, read_text, {"OUT": "out"})
    assert read(entries, "p", Report()) == values


@pytest.mark.parametrize(
    ("entry", "value", "words"),
    [
        ({"path": "gone.env"}, "gone.env", "must be there"),
        ({"path": "directory", "required": True}, "directory", "must be there"),
        ({"path": "binary", "required": False}, "binary", "UTF-8"),
        ({"path": "a.env", "format": "raw"}, "a.env", "format"),
        ({"path": "bad.env"}, "bad.env:1", "NAME=value"),
    ],
)
def test_an_env_file_that_cannot_be_read_is_told(entry: dict[str, Any], value: str, words: str) -> None:
    report = Report()
    assert parts.env_reader("/p/{}".format, read_text, {})([entry], "p", report) == {}
    assert [(finding.path, finding.value) for finding in report.findings] == [("p", value)]
    assert words in report.findings[0].rule

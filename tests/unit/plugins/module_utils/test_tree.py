# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A tree of templates: targets, patterns and modes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.tree import arguments, line_of, templates

OPTIONS: dict[str, Any] = {
    "mode": "0644",
    "directory_mode": "0755",
    "owner": "root",
    "group": "root",
    "modes": [{"path": "/etc/sudoers.d/*", "mode": "0440"}, {"path": "/etc/*", "mode": "0600", "group": "adm"}],
    "directories": [],
    "validate": {"/etc/sudoers.d/*": "visudo -cf %s"},
    "absent": ["/old"],
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("etc/x/a.conf", "etc/x/b.conf.j2", "etc/sudoers.d/c", "macros.j2"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


@pytest.mark.parametrize(
    ("root", "only", "exclude", "targets"),
    [
        ("/", [], ["/macros"], ["/etc/sudoers.d/c", "/etc/x/a.conf", "/etc/x/b.conf"]),
        ("/srv/app", ["*/x/*"], [], ["/srv/app/etc/x/a.conf", "/srv/app/etc/x/b.conf"]),
        ("/", ["*.conf", "/macros"], ["*/b.conf"], ["/etc/x/a.conf", "/macros"]),
    ],
)
def test_targets(tree: Path, root: str, only: list[str], exclude: list[str], targets: list[str]) -> None:
    assert [found.target for found in templates(tree, root=root, only=only, exclude=exclude)] == targets


def test_two_templates_of_one_target(tree: Path) -> None:
    (tree / "etc/x/a.conf.j2").write_text("x")
    with pytest.raises(ValueError, match=r"both render to /etc/x/a\.conf"):
        templates(tree, root="/", only=[], exclude=[])


def test_a_pattern_that_matches_nothing_is_told(tree: Path) -> None:
    with pytest.raises(ValueError, match=r"matches: /etc/y/\*"):
        templates(tree, root="/", only=["/etc/x/*", "/etc/y/*"], exclude=[])


def test_arguments() -> None:
    texts = {"/etc/sudoers.d/c": "c\n", "/etc/x": "x\n", "/srv/y": "y", "/srv/off": " \n"}
    sent = arguments(texts, OPTIONS)
    assert sent["absent"] == ["/old", "/srv/off"]
    assert [(f["path"], f["mode"], f["group"], f["validate"]) for f in sent["files"]] == [
        ("/etc/sudoers.d/c", "0440", "root", "visudo -cf %s"),
        ("/etc/x", "0600", "adm", None),
        ("/srv/y", "0644", "root", None),
    ]


@pytest.mark.parametrize(
    ("message", "line"),
    [("'port' is undefined", ", line 2"), ("'porter' is undefined", ""), ("no name", "")],
)
def test_line_of(message: str, line: str) -> None:
    assert line_of("one\n{{ port }} {{ port }}\nports\n", message) == line

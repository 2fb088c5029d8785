# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A made-up tree: what is there is read, what is not is a fact and no error."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.host_tree import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Return a machine with a file, a directory, links that lead in, round, nowhere and out, and a stranger outside."""
    root = tmp_path / "root"
    (root / "etc/conf.d").mkdir(parents=True)
    (root / "etc/name").write_text("ä\n", encoding="utf-8")
    (root / "etc/binary").write_bytes(b"a\xffb")
    for link, target in (("in", "etc/name"), ("nowhere", "etc/gone"), ("round", "round"), ("out", "../stranger")):
        (root / link).symlink_to(target)
    (tmp_path / "stranger").write_text("", encoding="utf-8")
    return Tree(str(root))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/etc/name", "ä\n"),
        ("etc/name", "ä\n"),
        ("/in", "ä\n"),
        ("/etc/binary", "a\ufffdb"),
        ("/etc/gone", None),
        ("/etc", None),
        ("/etc/name/below", None),
        ("/nowhere", None),
        ("/round", None),
    ],
)
def test_text(tree: Tree, path: str, text: str | None) -> None:
    assert tree.text(path) == text


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/", ["etc", "in", "nowhere", "out", "round"]),
        ("/etc", ["binary", "conf.d", "name"]),
        ("/etc/conf.d", []),
        ("/etc/name", []),
        ("/gone", []),
    ],
)
def test_names_are_sorted(tree: Tree, path: str, names: list[str]) -> None:
    assert tree.names(path) == names


@pytest.mark.parametrize(
    ("path", "target", "resolved"),
    [
        ("/in", "etc/name", "/etc/name"),
        ("/etc/name", None, "/etc/name"),
        ("/etc/../etc", None, "/etc"),
        ("/nowhere", "etc/gone", None),
        ("/round", "round", None),
        ("/out", "../stranger", None),
        ("/gone", None, None),
    ],
)
def test_links(tree: Tree, path: str, target: str | None, resolved: str | None) -> None:
    assert (tree.target(path), tree.resolve(path)) == (target, resolved)


@pytest.mark.parametrize(
    ("path", "there", "directory"),
    [
        ("/etc", True, True),
        ("/etc/name", True, False),
        ("/in", True, False),
        ("/nowhere", False, False),
        ("/gone", False, False),
    ],
)
def test_what_is_there(tree: Tree, path: str, there: bool, directory: bool) -> None:
    assert (tree.has(path), tree.is_directory(path)) == (there, directory)


def test_a_root_behind_a_link_still_holds_its_own(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(tree.root)
    assert Tree(str(tmp_path / "alias")).resolve("/in") == "/etc/name"


def test_without_a_root_it_is_this_machine() -> None:
    assert Tree().at("/proc/self") == Path("/proc/self")

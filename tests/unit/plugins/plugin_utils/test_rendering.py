# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The options of actions that render; test_tree.py renders, in a real play."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.holdfast.host.plugins.action.tree import ActionModule
from ansible_collections.holdfast.host.plugins.modules import tree
from ansible_collections.holdfast.host.plugins.plugin_utils.rendering import LISTS, SPEC, TEXTS


def test_every_option_is_documented_with_its_default() -> None:
    documented = yaml.safe_load(tree.DOCUMENTATION)["options"]
    assert set(documented) == set(SPEC)
    assert {name: documented[name].get("default") for name in TEXTS} == TEXTS
    assert {name: documented[name]["elements"] for name in LISTS} == LISTS


def rendering(directory: Path, variables: dict[str, object]) -> dict[str, str]:
    """Return what an action renders of a directory, as a role's task would have it."""
    action = object.__new__(ActionModule)
    action._loader = DataLoader()
    action._templar = Templar(loader=action._loader, variables=variables)
    action._find_needle = lambda _kind, needle: str(directory / needle)
    options = {"src": ".", "root": "/", "only": [], "exclude": []}
    texts: dict[str, str] = action.rendered(options, {"ansible_search_path": [str(directory)], **variables})
    return texts


def test_a_directory_is_rendered_by_the_paths_on_the_host(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/a.conf").write_text("hello {{ who }}\n")
    assert rendering(tmp_path, {"who": "world"}) == {"/etc/a.conf": "hello world\n"}


def test_an_undefined_name_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("one\n{{ nowhere }}\n")
    with pytest.raises(AnsibleActionFail, match="line 2"):
        rendering(tmp_path, {})

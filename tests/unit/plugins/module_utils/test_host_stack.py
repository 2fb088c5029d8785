# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The stack that a host holds, from the files that the roles write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.host_stack import PROJECTS, read_installed, read_projects
from ansible_collections.holdfast.host.plugins.module_utils.host_tree import Tree
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Installed
from tests.golden.systems import HERE, SYSTEMS


def _write(root: Path, project: str, text: str) -> None:
    path = root / "etc/holdfast" / project / "compose.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_the_roles_write_is_read(system: str) -> None:
    plan = json.loads((HERE / f"{system}.plan.json").read_text(encoding="utf-8"))
    stores = tuple(kind for kind in ("postgres", "redis") if plan["stores"][kind])
    found = read_installed(Tree(str(HERE / system)))
    assert found is not None
    assert (found.name, found.projects, found.stores) == (plan["name"], PROJECTS, stores)


def test_a_bare_host_holds_none(tmp_path: Path) -> None:
    assert read_installed(Tree(str(tmp_path))) is None


def test_one_file_tells_the_name(tmp_path: Path) -> None:
    _write(tmp_path, "app", "# Role: app\nname: my-shop-blue\nservices:\n  web:\n    name: other-stores\n")
    assert read_installed(Tree(str(tmp_path))) == Installed(name="my-shop", projects=("app",), stores=())


def test_a_volume_of_the_users_is_no_managed_store(tmp_path: Path) -> None:
    volumes = "volumes:\n  stores_redis:\n    name: shop_stores_redis\n  holdfast-redis:\n    name: shop-stores_redis\n"
    _write(tmp_path, "stores", f"name: shop-stores\n{volumes}")
    found = read_installed(Tree(str(tmp_path)))
    assert found is not None
    assert found.stores == ("redis",)


def test_a_file_of_another_make_is_no_stack(tmp_path: Path) -> None:
    _write(tmp_path, "stores", "services: {}\n")
    assert read_installed(Tree(str(tmp_path))) is None


def test_where_backups_go_and_whether_their_key_is_there(tmp_path: Path) -> None:
    _write(tmp_path, "app", "name: shop-blue\n")
    told = {"repositories": [{"where": "s3.example.org/backups"}, {"where": "/mnt/backups"}]}
    for path, text in (("backup/backup.json", json.dumps(told)), ("secrets/BACKUP_KEY", "made")):
        file = tmp_path / "etc/holdfast" / path
        file.parent.mkdir(parents=True)
        file.write_text(text)
    found = read_installed(Tree(str(tmp_path)))
    assert found is not None
    assert (found.places, found.keyed) == (("s3.example.org/backups", "/mnt/backups"), True)
    (tmp_path / "etc/holdfast/secrets/BACKUP_KEY").unlink()
    for text in ("{", "[]", '{"repositories": [{}]}', "null"):
        (tmp_path / "etc/holdfast/backup/backup.json").write_text(text)
        again = read_installed(Tree(str(tmp_path)))
        assert again is not None
        assert (again.places, again.keyed) == ((), False)


def test_the_projects_have_their_full_names(tmp_path: Path) -> None:
    _write(tmp_path, "app", "name: my-shop-blue\nservices: {}\n")
    _write(tmp_path, "edge", "name: my-shop-edge\nservices: {}\n")
    assert read_projects(Tree(str(tmp_path))) == ("my-shop-edge", "my-shop-blue")

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import docs

SPECS = """
argument_specs:
  restore:
    short_description: Bring the data back
    options:
      web_point: {type: str, required: true, description: When.}
  main:
    short_description: Serve pages
    description: [Installs it., Runs it.]
    options:
      web_port: {type: int, default: 80, description: "Where | it listens."}
      web_mode: {choices: [on, "off"], default: "off", description: How.}
      web_hosts:
        type: list
        elements: dict
        default: []
        description: Whom it serves.
        options:
          name: {type: str, required: true, description: The name.}
      web_tls:
        type: dict
        description: Its keys.
        options:
          key: {type: path, description: The file.}
"""
README = """<!-- Generated from meta/argument_specs.yml by `make docs`; edit that file instead. -->

# holdfast.host.web

Serve pages.

Installs it.

Runs it.

## Variables

| variable | type | default | what it is |
|---|---|---|---|
| `web_port` | int | `80` | Where \\| it listens. |
| `web_mode` | str | `off` | How. One of `True`, `off`. |
| `web_hosts` | list of dict | `[]` | Whom it serves. |
| `web_hosts[].name` | str | required | The name. |
| `web_tls` | dict |  | Its keys. |
| `web_tls.key` | path |  | The file. |

## restore.yml

Bring the data back.

### Variables

| variable | type | default | what it is |
|---|---|---|---|
| `web_point` | str | required | When. |
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    meta = tmp_path / "roles/web/meta"
    meta.mkdir(parents=True)
    (meta / "argument_specs.yml").write_text(SPECS, encoding="utf-8")
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    monkeypatch.setattr(docs, "PAGES", {"docs/x.md": lambda: "x\n"})
    return tmp_path


def test_a_readme_holds_every_option_of_every_entry_point() -> None:
    assert docs.role_readme("web", yaml.safe_load(SPECS)) == README


@pytest.mark.parametrize(
    ("option", "expected"),
    [({}, ""), ({"default": ""}, '`""`'), ({"default": None}, "`null`"), ({"default": {"a": [1]}}, '`{"a": [1]}`')],
)
def test_defaults_are_code(option: dict[str, Any], expected: str) -> None:
    assert docs.default_of(option) == expected


def test_pages_are_written_once_and_checked(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = checkout / "roles/web/README.md"
    assert docs.main(["--check"]) == 1
    assert not readme.exists()
    assert docs.main([]) == 0
    assert readme.read_text(encoding="utf-8") == README
    assert capsys.readouterr().out.split() == ["docs/x.md", "roles/web/README.md"] * 2
    assert docs.main(["--check"]) == 0
    assert not capsys.readouterr().out


def test_an_edited_page_is_stale(checkout: Path) -> None:
    docs.main([])
    readme = checkout / "roles/web/README.md"
    readme.write_text(README + "More.\n", encoding="utf-8")
    assert docs.main(["--check"]) == 1

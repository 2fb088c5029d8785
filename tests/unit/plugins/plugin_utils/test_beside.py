# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the plan reads on the controller, and nothing that it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import explain
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import parse_stack
from ansible_collections.holdfast.host.plugins.plugin_utils import beside
from tests.planning import COMPOSE, STACK, lay, merged

MORE = (
    COMPOSE
    + """
    env_file: [app.env, {path: none.env, required: false}]
    volumes: ['./a.ini:/a.ini', './conf:/conf:ro', './media:/media', '/etc/hosts:/hosts']
    extends: {file: base/common.yaml, service: base}
"""
)
MEDIA: dict[str, Any] = {"services": {"worker": {"mounts": {"/media": "volume"}}}}


def site(directory: Path) -> Path:
    """Lay out a declaration's directory with all that a plan may take, and two files that it does not."""
    texts = {
        ".env": "TAG=1\n",
        "app.env": "A=1\n",
        "base/common.yaml": "services: {base: {image: 'web:${TAG}', environment: {B: '1'}}}\n",
        "a.ini": "x",
        "conf/b.ini": "y",
        "conf/deep/c.ini": "z",
        "media/large.bin": "data",
        "notes.txt": "of the user's own",
        "tls/a.pem": "certificate",
        "tls/b.pem": "key",
    }
    for name, text in texts.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")
    lay(directory, MORE)
    return directory


def test_everything_that_the_plan_takes_is_told_and_nothing_else(tmp_path: Path) -> None:
    raw = merged(STACK, MEDIA | {"tls": {"mode": "files", "certificate": "tls/a.pem", "key": "./tls/../tls/b.pem"}})
    site(tmp_path)
    # What is not there is for the plan to refuse.
    lay(tmp_path, MORE.replace("'/etc/hosts:/hosts'", "'/etc/hosts:/hosts', './gone.ini:/gone.ini:ro'"))
    found, findings = beside.seen(raw, str(tmp_path))
    assert not findings, explain(findings)
    names = {path.relative_to(tmp_path).as_posix() for path in found.read}
    assert names == {"compose.yaml", ".env", "app.env", "base/common.yaml", "tls/a.pem", "tls/b.pem"}
    assert found.copied == {tmp_path / "a.ini", tmp_path / "conf"}
    assert found.noticed == {tmp_path / "media": True}


def test_a_declaration_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for raw, path in (
        (STACK | {"nam": "x"}, "holdfast_stack.nam"),
        (STACK | {"compose": "other.yaml"}, "compose"),
        (merged(STACK, {"tls": {"mode": "files", "certificate": "a.pem", "key": "b.pem"}}), "holdfast_stack.tls.key"),
    ):
        _, findings = beside.seen(raw, lay(tmp_path))
        assert path in [finding.path for finding in findings]


def test_the_files_that_are_opened_are_noted_only_where_somebody_asks(tmp_path: Path) -> None:
    stack, _ = parse_stack(STACK)
    assert stack is not None
    opened: set[Path] = set()
    project, findings = beside.compose(stack, lay(tmp_path), opened)
    assert (project is not None, findings, opened) == (True, [], {tmp_path / "compose.yaml"})
    assert beside.compose(stack, str(tmp_path))[0] == project

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.compose.extends import Files, is_remote
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report


def extended(files: dict[str, Any], path: str = "app/compose.yaml") -> tuple[dict[str, Any], Report]:
    """Return the services of a file after extending, from trees in memory."""

    def load(name: str) -> object:
        if name not in files:
            raise FileNotFoundError(name)
        return {"services": files[name]}

    report = Report()
    return Files(load, {}, report).extended(path)["services"], report


def test_a_chain_across_files_keeps_every_path_where_it_pointed() -> None:
    far = {"c": {"image": "c", "volumes": ["./d:/d", "v:/v", {"type": "bind", "source": "e", "target": "/e"}]}}
    near = {
        "b": {"extends": {"file": "../far/f.yaml", "service": "c"}, "build": "ctx", "env_file": [{"path": "b.env"}]}
    }
    own = {"a": {"extends": {"file": "sub/n.yaml", "service": "b"}, "user": "u"}}
    services, report = extended({"app/compose.yaml": own, "app/sub/n.yaml": near, "app/far/f.yaml": far})
    assert report.findings == []
    assert services["a"] == {
        "image": "c",
        "volumes": ["./far/d:/d", "v:/v", {"type": "bind", "source": "far/e", "target": "/e"}],
        "build": "sub/ctx",
        "env_file": [{"path": "sub/b.env"}],
        "user": "u",
    }


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ({"a": {"extends": "a"}}, "compose.services.a.extends"),
        ({"a": {"extends": "b"}, "b": {"extends": "c"}, "c": {"extends": "a"}}, "compose.services.c.extends"),
        ({"a": {"extends": "bb"}, "b": {}}, "compose.services.a.extends.service"),
        ({"a": {"extends": {"file": "no.yaml", "service": "b"}}}, "compose.services.a.extends.file"),
        ({"a": {"extends": {"file": "no.yaml"}}}, "compose.services.a.extends.service"),
        ({"a": {"extends": [1]}}, "compose.services.a.extends"),
    ],
)
def test_what_leads_nowhere_is_a_finding(files: dict[str, Any], path: str) -> None:
    _, report = extended({"app/compose.yaml": files})
    assert path in [finding.path for finding in report.findings]


@pytest.mark.parametrize(("context", "remote"), [("https://example.org/a.git", True), ("./a", False), ("a", False)])
def test_a_context_elsewhere_is_told_from_a_directory(context: str, remote: bool) -> None:
    assert is_remote(context) is remote

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.compose.kinds import BAD
from ansible_collections.holdfast.host.plugins.module_utils.compose.mounts import parse_mounts, resolver
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report

RESOLVE = resolver("/srv/app", "/home/me")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("data:/d", ("volume", "data", "/d", False)),
        ("data:/d:ro,nocopy", ("volume", "data", "/d", True)),
        ("/anonymous", ("volume", None, "/anonymous", False)),
        ("./x:/x:ro", ("bind", "/srv/app/x", "/x", True)),
        ("../x:/x:z,rshared", ("bind", "/srv/x", "/x", False)),
        ("~/x:/x", ("bind", "/home/me/x", "/x", False)),
        ("/abs/:/x:cached", ("bind", "/abs", "/x", False)),
        ({"type": "bind", "source": "x", "target": "/x", "read_only": "true"}, ("bind", "/srv/app/x", "/x", True)),
        ({"type": "tmpfs", "target": "/t", "tmpfs": {"size": "5m"}}, ("tmpfs", None, "/t", False)),
    ],
)
def test_each_form(entry: Any, expected: tuple[Any, ...]) -> None:
    (mount,) = parse_mounts([entry], "p", Report(), RESOLVE)
    assert (mount.type, mount.source, mount.target, mount.read_only) == expected


@pytest.mark.parametrize(
    "entry",
    ["", ":", "a:", "a:/b:what", "a:/b:c:d", "a:/b:z", 1, None, [], {}, {"type": "bind", "target": "/x"},
     {"type": "npipe", "target": "/x"}, {"type": "volume", "target": "/x", "bnd": {}}],
)  # fmt: skip
def test_what_is_no_mount_is_a_finding(entry: Any) -> None:
    report = Report()
    assert parse_mounts([entry], "p", report, RESOLVE) is BAD
    assert report.failed


def test_a_later_mount_replaces_one_of_the_same_target() -> None:
    (mount,) = parse_mounts(["a:/x", "b:/x/"], "p", Report(), RESOLVE)
    assert mount.source == "b"

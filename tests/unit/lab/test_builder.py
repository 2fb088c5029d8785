# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

from typing import Any

import pytest

from tests.lab import builder


def test_images_whose_tag_has_moved_on_are_removed_by_their_id(monkeypatch: pytest.MonkeyPatch) -> None:
    removed: list[list[str]] = []

    def run(words: list[str], **_: Any) -> str:
        if words[1] == "rmi":
            removed.append(words[3:])
            return ""
        named = "holdfast-lab/base:1\n127.0.0.1:5000/library/redis:<none>\n<none>:<none>\n"
        return named if "--format" in words else "abc\nabc\ndef\n"

    monkeypatch.setattr(builder, "run", run)
    builder.remove_all()
    assert removed == [["holdfast-lab/base:1"], ["abc", "def"]]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""nginx's reload, against an nginx that is played."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.reload import Nginx, ReloadError


class Played:
    """Runs ``old`` until some questions after the reload, then ``new``."""

    def __init__(self, new: str, *, test: int = 0, signal: int = 0, slow: int = 1) -> None:
        self.new, self.test, self.signal, self.left = new, test, signal, slow
        self.done: list[str] = []

    def __call__(self, command: Sequence[str], given: str) -> Result:
        assert list(command[:3]) == ["docker", "exec", "c1"]
        assert given == ""
        if command[3] == "curl":
            if "-s" in self.done:
                self.left -= 1
            return Result(status=0, out="old\n" if self.left >= 0 else self.new + "\n")
        self.done.append(command[4])
        return Result(status=self.test if command[4] == "-t" else self.signal, err="[emerg] unknown directive")

    def nginx(self) -> Nginx:
        return Nginx(run=self, prefix=["docker", "exec", "c1"], url="http://127.0.0.1:8081/config")


def test_a_reload_is_waited_for() -> None:
    played = Played("new", slow=2)
    assert played.nginx().running() == "old"
    assert 0 < played.nginx().reload("new", 5) < 5
    assert played.done == ["-t", "-s"]


def test_a_configuration_that_nginx_refuses_is_not_loaded() -> None:
    played = Played("new", test=1)
    with pytest.raises(ReloadError, match="goes on with the old one:\n\\[emerg\\] unknown directive"):
        played.nginx().reload("new", 5)
    assert played.done == ["-t"]


@pytest.mark.parametrize(
    ("played", "told"), [(Played("x"), "still answers 'x'"), (Played("x", signal=1), "told to reload")]
)
def test_a_reload_that_does_not_come(played: Played, told: str) -> None:
    with pytest.raises(ReloadError, match=told):
        played.nginx().reload("new", 0.1)


def test_no_answer_is_no_hash() -> None:
    nginx = Nginx(run=lambda *_: Result(status=7, out="junk"), prefix=[], url="http://127.0.0.1/")
    assert nginx.running() == ""

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Reload nginx by what it runs: ask, test, signal, and wait for the answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.command import Run

_POLL_SECONDS = 0.2
# Old workers close their listening sockets a moment after the new ones open theirs.
_ANSWERS = 3


class ReloadError(Exception):
    """nginx refused the configuration, or never answered with it."""


@dataclass(frozen=True, kw_only=True)
class Nginx:
    """prefix: what a program is put behind to run beside nginx. url: where nginx answers its configuration's hash.

    config: the main configuration file as nginx was started with it; empty for the one that is compiled in.
    """

    run: Run
    prefix: Sequence[str]
    url: str
    config: str = ""

    def program(self, *words: str) -> list[str]:
        """Return the command that runs nginx with its configuration and these words."""
        return [*self.prefix, "nginx", *(("-c", self.config) if self.config else ()), *words]

    def running(self) -> str:
        """Return the hash that nginx answers, empty where it answers none."""
        result = self.run([*self.prefix, "curl", "-fsS", "--max-time", "5", self.url], "")
        return result.out.strip() if result.status == 0 else ""

    def reload(self, wanted: str, timeout_seconds: float) -> float:
        """Have nginx run the wanted configuration. Return the seconds until it answered. Raises ReloadError."""
        test = self.run(self.program("-t"), "")
        if test.status != 0:
            raise ReloadError(f"nginx refuses the configuration and goes on with the old one:\n{test.message()}")
        start = time.monotonic()
        signal = self.run(self.program("-s", "reload"), "")
        if signal.status != 0:
            raise ReloadError(f"nginx could not be told to reload:\n{signal.message()}")
        answer, agreeing = "", 0
        while agreeing < _ANSWERS:
            answer = self.running()
            agreeing = agreeing + 1 if answer == wanted else 0
            seconds = time.monotonic() - start
            if not agreeing:
                if seconds >= timeout_seconds:
                    raise ReloadError(
                        f"nginx was reloaded, but {self.url} still answers {answer or 'nothing'!r} after"
                        f" {seconds:.0f} s, not {wanted!r}: its log says why"
                    )
                time.sleep(_POLL_SECONDS)
        return time.monotonic() - start

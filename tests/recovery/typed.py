# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A command at a terminal, and somebody who answers its questions."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from collections.abc import Mapping, Sequence

from tests.lab.paths import ROOT
from tests.lab.shell import LabError, scaled

MOST_SECONDS = 300
READING_SECONDS = 2


def typed(words: Sequence[str], answers: Mapping[str, str]) -> str:
    """Run a command at a terminal of its own and return all that it showed. answers: by what is asked.

    Raises LabError where it fails, asks something else, or does not end.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execvpe(words[0], list(words), os.environ | {"ANSIBLE_NOCOLOR": "1"})  # noqa: S606 - the words are ours.
    shown, left = "", dict(answers)
    deadline = time.monotonic() + scaled(MOST_SECONDS)
    try:
        while time.monotonic() < deadline:
            if not select.select([terminal], [], [], 1.0)[0]:
                continue
            try:
                part = os.read(terminal, 65536)
            except OSError:
                part = b""  # The terminal's other side is closed.
            if not part:
                break
            shown += part.decode(errors="replace")
            for question in [each for each in left if each in shown]:
                # What is typed before it reads is thrown away, as for anybody who is quicker than it.
                time.sleep(READING_SECONDS)
                os.write(terminal, f"{left.pop(question)}\r".encode())
        else:
            os.kill(pid, signal.SIGKILL)
            raise LabError(f"{words[0]} did not end:\n{shown[-3000:]}")
    finally:
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
    if os.waitstatus_to_exitcode(status) != 0 or left:
        raise LabError(f"{words[0]} failed, or did not ask {list(left)}:\n{shown[-3000:]}")
    return shown

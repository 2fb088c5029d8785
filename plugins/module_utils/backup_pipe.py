# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A program's output as another's input, where the second is not told the end before the first ended well."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from typing import IO

from ansible_collections.holdfast.host.plugins.module_utils.command import Result

# The first and the second command; their results.
Pipe = Callable[[Sequence[str], Sequence[str]], tuple[Result, Result]]
_CHUNK = 1024 * 1024
# restic 0.18 goes on to wait for its input after a SIGTERM; killed, it leaves a lock that its next run removes.
_GRACE_SECONDS = 1.0


def piper(*, timeout_seconds: float) -> Pipe:
    """Return a function that runs two programs, for at most ``timeout_seconds``; then their status is 124.

    A shell's pipe tells the second program the end also where the first one failed: it would keep half of the input for
    the whole. Here the second is ended instead.
    """

    def pipe(first: Sequence[str], second: Sequence[str]) -> tuple[Result, Result]:
        with contextlib.ExitStack() as stack:
            said = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
            source = subprocess.Popen(first, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said[0])
            stack.callback(_end, source)
            target = subprocess.Popen(second, stdin=subprocess.PIPE, stdout=said[1], stderr=said[2])
            stack.callback(_end, target)
            late = threading.Event()

            def give_up() -> None:
                late.set()
                source.kill()
                target.kill()

            timer = threading.Timer(timeout_seconds, give_up)
            stack.callback(timer.cancel)
            timer.start()
            _pump(source, target)
            status = [124 if late.is_set() else each.wait() for each in (source, target)]
            texts = [_text(file) for file in said]
            return Result(status=status[0], err=texts[0]), Result(status=status[1], out=texts[1], err=texts[2])

    return pipe


def _pump(source: subprocess.Popen[bytes], target: subprocess.Popen[bytes]) -> None:
    if source.stdout is None or target.stdin is None:
        raise RuntimeError("programs without a pipe")
    with contextlib.suppress(BrokenPipeError), source.stdout:
        shutil.copyfileobj(source.stdout, target.stdin, _CHUNK)
        target.stdin.flush()
    if source.wait() != 0:
        _end(target)
    with contextlib.suppress(BrokenPipeError):
        target.stdin.close()
    target.wait()


def _end(program: subprocess.Popen[bytes]) -> None:
    if program.poll() is None:
        program.terminate()
        try:
            program.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")

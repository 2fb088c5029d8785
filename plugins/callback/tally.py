# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Say at the end how many tasks ran and how long it took: tasks are what a run's speed is made of."""

from __future__ import annotations

DOCUMENTATION = r"""
name: tally
type: aggregate
short_description: Tasks run, seconds taken, and the slowest tasks
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Prints one line after the recap with the number of tasks that ran, how many of them changed something,
    and the seconds.
  - Prints the slowest tasks below it.
requirements:
  - Enable it with C(callbacks_enabled = holdfast.host.tally).
options:
  slowest:
    description: How many of the slowest tasks to name.
    type: int
    default: 3
    env:
      - name: HOLDFAST_TALLY_SLOWEST
    ini:
      - section: callback_holdfast_tally
        key: slowest
"""

import time
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Count tasks and seconds."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "holdfast.host.tally"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        """Start the clock."""
        super().__init__()
        self.started = time.monotonic()
        self.current: tuple[str, float] | None = None
        self.seconds: list[tuple[float, str]] = []
        self.ran = 0
        self.changed = 0

    def _close(self) -> None:
        if self.current is not None:
            name, since = self.current
            self.seconds.append((time.monotonic() - since, name))
        self.current = None

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:  # noqa: ARG002 - the interface.
        """Close the last task, open this one."""
        self._close()
        self.current = (task.get_name(), time.monotonic())

    def v2_runner_on_ok(self, result: Any) -> None:
        """Count a task that ran on a host."""
        self.ran += 1
        self.changed += bool(result.result.get("changed"))

    def v2_playbook_on_stats(self, stats: Any) -> None:  # noqa: ARG002 - the interface.
        """Print the tally."""
        self._close()
        total = time.monotonic() - self.started
        self._display.display(f"{self.ran} tasks ran, {self.changed} changed something, {total:.1f} s")
        for seconds, name in sorted(self.seconds, reverse=True)[: self.get_option("slowest")]:
            self._display.display(f"  {seconds:5.1f} s  {name}")

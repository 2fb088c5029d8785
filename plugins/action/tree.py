# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Render a whole directory of templates and send it to the host in one call."""

from __future__ import annotations

from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.tree import arguments
from ansible_collections.holdfast.host.plugins.plugin_utils.plain import plain
from ansible_collections.holdfast.host.plugins.plugin_utils.rendering import SPEC, RenderingAction


class ActionModule(RenderingAction):
    """Template on the controller, compare and write on the host."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the result of the files module."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        options = plain(self.validate_argument_spec(argument_spec=SPEC)[1])
        texts = self.rendered(options, variables)
        result.update(self._execute_module("holdfast.host.files", arguments(texts, options), task_vars=variables))
        result.pop("invocation", None)  # every text once more
        return result

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Make the plan on the controller; refuse with every finding at once before anything changes."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.holdfast.host.plugins.module_utils.errors import errors, explain
from ansible_collections.holdfast.host.plugins.plugin_utils.plain import plain
from ansible_collections.holdfast.host.plugins.plugin_utils.planner import Circumstances, make_plan


class ActionModule(ActionBase):
    """Call the pure planner with plain values."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the plan, or fail with all findings."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(
            argument_spec={
                "stack": {"type": "dict", "required": True},
                "host": {"type": "dict", "required": True},
                "directory": {"type": "path", "required": True},
                "provided": {"type": "list", "elements": "str", "default": []},
                "tier_mode": {"type": "str", "choices": ["enforce", "warn"], "default": "enforce"},
                "docker_source": {"type": "str", "choices": ["docker", "distro"], "default": "docker"},
            },
        )
        options = plain(options)
        stack, host = options.pop("stack"), options.pop("host")
        plan, findings = make_plan(stack, host, Circumstances(**options))
        refused = errors(findings)
        if plan is None or refused:
            head = f"Refused before anything was changed: {len(refused)} finding(s)."
            return result | {"failed": True, "msg": f"{head}\n{explain(refused)}"}
        shown = [finding.as_dict() for finding in findings]
        return result | {"changed": False, "plan": plan, "findings": shown}

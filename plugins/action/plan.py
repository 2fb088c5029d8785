# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Make the plan on the controller; refuse with every finding at once before anything changes."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.holdfast.host.plugins.module_utils.errors import errors, refusal
from ansible_collections.holdfast.host.plugins.plugin_utils import keep
from ansible_collections.holdfast.host.plugins.plugin_utils.plain import plain
from ansible_collections.holdfast.host.plugins.plugin_utils.planner import Circumstances, make_plan, typed


class ActionModule(ActionBase):
    """Call the pure planner with plain values."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the plan, or fail with all findings."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(
            argument_spec={
                "stack": {"type": "dict", "required": True},
                "host": {"type": "dict", "default": {}},
                "size": {"type": "json", "default": ""},
                "advise": {"type": "bool", "default": False},
                "directory": {"type": "path", "required": True},
                "provided": {"type": "list", "elements": "str", "default": []},
                "tier_mode": {"type": "str", "choices": ["enforce", "warn"], "default": "enforce"},
                "docker_source": {"type": "str", "choices": ["docker", "distro"], "default": "docker"},
                "plan_file": {"type": "path", "default": ""},
                "picture_file": {"type": "path", "default": ""},
            },
        )
        options = plain(options)
        stack, host, size = options.pop("stack"), options.pop("host"), options.pop("size")
        files = {name: options.pop(name) for name in ("plan_file", "picture_file")}
        names = task_vars or {}
        several = len(names.get("ansible_play_hosts_all", ())) > 1
        become = self._connection.become
        login, becomes = self._play_context.remote_user or "", str(become.name) if become else ""
        around, early = Circumstances(**options, login=login, becomes=becomes), keep.check(files["picture_file"])
        plan, findings = make_plan(stack, host, around) if not size else typed(stack, size, around)
        refused = errors([*early, *findings])
        told = refusal(refused)
        if plan is None or early or (refused and not around.advise):
            return result | {"failed": True, "msg": told}
        shown = [finding.as_dict() for finding in findings]
        kept = keep.kept(plan, host=str(names["inventory_hostname"]) if several else "", **files)
        try:
            # In check mode, too: they are the controller's, and tell what would become of the host.
            keep.write(kept)
        except OSError as error:
            return result | {"failed": True, "msg": f"{error.filename}: {error.strerror}"}
        written, why = [each["dest"] for each in kept], told if refused else ""
        return result | {"changed": False, "plan": plan, "findings": shown, "files": written, "refusal": why}

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Change files under the guard, then log in anew: only that makes the change permanent."""

from __future__ import annotations

import time
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError

from ansible_collections.holdfast.host.plugins.module_utils.tree import arguments
from ansible_collections.holdfast.host.plugins.plugin_utils.plain import plain
from ansible_collections.holdfast.host.plugins.plugin_utils.rendering import SPEC, RenderingAction

MODULE = "holdfast.host.guard"
OWN: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "src": {"type": "path"},
    "parents": {"type": "dict", "default": {}},
    "check": {"type": "list", "elements": "list", "default": []},
    "commands": {"type": "list", "elements": "list", "default": []},
    "current": {"type": "list", "elements": "list", "default": []},
    "also": {"type": "list", "elements": "path", "default": []},
    "timeout_seconds": {"type": "int", "default": 20},
}
# A server that is about to listen again refuses at once.
POLL_SECONDS = 0.2
# Of rendering, and not of the module.
LEFT_OUT = ("src", "root", "validate", "mode", "directory_mode", "owner", "group", "modes", "only", "exclude")


class ActionModule(RenderingAction):
    """Render and apply over the connection that there is, confirm over a new one."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the result of the module, with whether the change was confirmed."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        options = plain(self.validate_argument_spec(argument_spec=SPEC | OWN)[1])
        texts = self.rendered(options, variables) if options["src"] else {}
        sent = arguments(texts, options)
        own = {name: value for name, value in options.items() if name not in LEFT_OUT}
        files = {"files": sent["files"], "absent": sent["absent"]}
        words = {**own, **files, "parents": options["parents"] or sent["parents"]}
        began = time.monotonic()
        result.update(self._execute_module(MODULE, words, task_vars=variables))
        token = result.pop("token", "")
        result.pop("invocation", None)
        if token:
            asked = {"name": options["name"], "step": "confirm", "token": token}
            result.update(self._confirmed(asked, began + options["timeout_seconds"], variables))
            result["seconds"] = round(time.monotonic() - began, 2)
        return result

    def _confirmed(self, asked: dict[str, Any], until: float, variables: dict[str, Any]) -> dict[str, Any]:
        said = "no login was tried in time"
        while time.monotonic() < until:
            # A session that already stands passes through a closed firewall, and proves nothing.
            self._connection.reset()
            try:
                answer: dict[str, Any] = self._execute_module(MODULE, asked, task_vars=variables)
            except AnsibleConnectionFailure as error:
                said = str(error)
                time.sleep(POLL_SECONDS)
                continue
            except AnsibleError as error:
                # Who came in and did not become root: PAM locks an account whose password is tried again and again.
                said = str(error)
                break
            if not answer.get("failed"):
                return {"confirmed": True}
            said = str(answer.get("msg", answer.get("module_stderr", answer)))
            break
        why = f"no fresh login made the change permanent, so the host puts the old state back: {said}"
        return {"failed": True, "msg": f"{asked['name']}: {why}"}

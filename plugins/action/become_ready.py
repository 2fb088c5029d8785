# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Become root once, before anything else does; where that fails, say why and what to do."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.release import __version__

from ansible_collections.holdfast.host.plugins.module_utils.errors import refusal
from ansible_collections.holdfast.host.plugins.plugin_utils.become import SUDO, Tried, answers, finding, question


class ActionModule(ActionBase):
    """One command as root; where that fails, one without."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return nothing but success, or fail with the finding. Raises AnsibleConnectionFailure."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(argument_spec={"required": {"type": "bool", "default": True}})
        said = self._tried()
        if said == "" or not (options["required"] or self._connection.become):
            return result | {"changed": False}
        return result | {"failed": True, "msg": refusal([finding(self._asked(said))])}

    def _tried(self) -> str:
        """Return what came of becoming root, in words; empty where it worked."""
        try:
            answer = self._low_level_execute_command("id -u")
        except AnsibleError as error:
            # A host that cannot be reached at all says so again where it is asked without root.
            return str(error)
        if answer["stdout"].strip() == "0":
            return ""
        return str(answer["stderr"] or answer["stdout"]).strip()

    def _asked(self, said: str) -> Tried:
        become = self._connection.become
        declared = {name: (become.get_option(f"become_{name}") if become else None) for name in ("exe", "user", "pass")}
        exe = str(declared["exe"] or SUDO)
        told = answers(self._low_level_execute_command(question(exe), sudoable=False)["stdout"])
        return Tried(
            method=str(become.name) if become else "",
            exe=exe,
            user=str(declared["user"] or ""),
            password=bool(declared["pass"]),
            said=said,
            uid=int(told["uid"]),
            name=told["name"],
            version=told["version"],
            free=told["free"] == "yes",
            core=__version__,
        )

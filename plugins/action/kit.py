# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Write the recovery kit: read the host's secrets, gather what lies on the controller, compare, encrypt."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.holdfast.host.plugins.module_utils.kit_note import uncovered
from ansible_collections.holdfast.host.plugins.plugin_utils import kit, kit_files, kit_gather
from ansible_collections.holdfast.host.plugins.plugin_utils.plain import plain

MODULE = "holdfast.host.kit_note"
SPEC: dict[str, Any] = {
    "password": {"type": "str", "required": True, "no_log": True},
    "dest": {"type": "path", "required": True},
    "directory": {"type": "path", "required": True},
    "plan": {"type": "dict", "required": True},
    "variables": {"type": "dict", "default": {}},
}


class ActionModule(ActionBase):
    """The secrets pass through here into the encrypted file, and nowhere else."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return names of what is in the kit. Raises AnsibleActionFail where there is none."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        options = plain(self.validate_argument_spec(argument_spec=SPEC)[1])
        try:
            return result | self._kept(options, task_vars or {})
        except (kit.KitError, OSError) as error:
            said = error if isinstance(error, kit.KitError) else f"{error.filename}: {error.strerror}"
            raise AnsibleActionFail(f"Recovery kit: {said}") from None

    def _kept(self, options: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        plan, dest, check = options["plan"], Path(options["dest"]), self._task.check_mode
        before = kit_files.look(dest, options["password"], plan["name"])
        own = kit_gather.collected(variables, self._resolved) | options["variables"]
        part = kit_gather.gather(own.get("holdfast_stack", {}), options["directory"])
        asked = {"secrets_directory": plan["paths"]["secrets"], "derived": kit_gather.derived(plan)}
        token = token_hex(32)
        read = {"step": "read", "token": token, "note": self._note(dest, before.document)}
        held = self._on_host(read | asked, variables)
        given = {name: str(value) for name, value in self._resolved(variables.get("app_secrets", {})).items()}
        secrets = kit_gather.secrets(plan, given, uncovered(held["covered"], token), check=check)
        now = {"host": str(variables.get("inventory_hostname", "")), "written": kit.now()}
        document = kit.made(plan, part | now, variables=own, given=sorted(given), secrets=secrets)
        changes = kit.changes(before.document, document)
        if before.document is not None and not changes:
            document = before.document
        elif not check:
            kit_files.keep(dest, document, options["password"], before)
        noted = bool(held["noted"]) and not changes
        if not noted:
            note = self._note(dest, document) | {"versions": held["versions"]}
            self._on_host({"step": "note", **asked, "note": note}, variables)
        return {
            "changed": not noted,
            "changes": changes,
            "dest": str(dest),
            "names": sorted(document["secrets"]),
            "files": sorted(document["files"]),
            "written": document["written"],
            "warnings": [f"{name} is no secret, and is not in the recovery kit" for name in held.get("ignored", ())],
            "diff": [{"before": "", "after": f"{line}\n", "after_header": str(dest)} for line in changes],
        }

    def _note(self, dest: Path, document: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the host is to know of a kit."""
        if document is None:
            return {}
        return {"written": document["written"], "file": str(dest), "digest": kit.digest(document)}

    def _resolved(self, value: Any) -> Any:
        return plain(self._templar.template(value))

    def _on_host(self, words: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = plain(self._execute_module(MODULE, words, task_vars=variables))
        if answer.get("failed"):
            raise kit.KitError(str(answer.get("msg", "the host could not be asked")))
        return answer

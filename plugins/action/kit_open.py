# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Open a recovery kit on the controller: its files into a directory, the rest as variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.holdfast.host.plugins.plugin_utils import kit_files, kit_seal
from ansible_collections.holdfast.host.plugins.plugin_utils.kit import KitError, check_password, recovered
from ansible_collections.holdfast.host.plugins.plugin_utils.plain import plain

SPEC: dict[str, Any] = {
    "password": {"type": "str", "required": True, "no_log": True},
    "path": {"type": "path", "required": True},
    "into": {"type": "path", "default": ""},
}


class ActionModule(ActionBase):
    """Everything happens on the controller; the host need not be there yet."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the variables of the kit. Raises AnsibleActionFail where it cannot be opened."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        options = plain(self.validate_argument_spec(argument_spec=SPEC)[1])
        path = Path(options["path"])
        try:
            check_password(options["password"])
            document = kit_seal.unseal(path.read_bytes(), options["password"], str(path))
            into = Path(options["into"] or f"recovered-{document['stack']}").absolute()
            written, left = kit_files.open_into(document, into)
        except (KitError, OSError) as error:
            said = error if isinstance(error, KitError) else f"{error.filename}: {error.strerror}"
            raise AnsibleActionFail(f"Recovery kit: {said}") from None
        # What is returned has values, which a verbose run would print. A refusal has none, and is to be read.
        self._task.no_log = True
        return result | {
            "changed": bool(written),
            "directory": str(into),
            "stack": document["stack"],
            "written": document["written"],
            "files": written,
            "left": left,
            "variables": recovered(document, str(into)),
            "secrets": document["secrets"],
            "names": [{"name": name} for name in sorted(document["secrets"])],
            "warnings": [f"{into / name} was changed since it was written, and is left as it is" for name in left],
        }

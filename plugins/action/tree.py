# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Render a whole directory of templates and send it to the host in one call."""

from __future__ import annotations

from collections import ChainMap
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.template import generate_ansible_template_vars, trust_as_template

from ansible_collections.holdfast.host.plugins.module_utils.tree import Template, arguments, line_of, templates
from ansible_collections.holdfast.host.plugins.plugin_utils.plain import plain

TEXTS = {"mode": "0644", "directory_mode": "0755", "owner": "root", "group": "root"}
LISTS = {"modes": "dict", "directories": "dict", "absent": "path", "only": "str", "exclude": "str"}
SPEC: dict[str, Any] = {
    "src": {"type": "path", "default": "."},
    "root": {"type": "path", "default": "/"},
    "validate": {"type": "dict", "default": {}},
    **{name: {"type": "str", "default": value} for name, value in TEXTS.items()},
    **{name: {"type": "list", "elements": kind, "default": []} for name, kind in LISTS.items()},
}
ENTRY = {"path": {"type": "str", "required": True}, "mode": {"type": "str"}, "owner": {"type": "str"}}
SPEC["modes"]["options"] = ENTRY | {"group": {"type": "str"}}


class ActionModule(ActionBase):
    """Template on the controller, compare and write on the host."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the result of the files module."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        options = plain(self.validate_argument_spec(argument_spec=SPEC)[1])
        try:
            directory = Path(self._find_needle("templates", options["src"]))
            found = templates(directory, **{name: options[name] for name in ("root", "only", "exclude")})
        except (AnsibleError, ValueError) as error:
            raise AnsibleActionFail(str(error)) from error
        texts = {template.target: self._render(template, directory, variables) for template in found}
        result.update(self._execute_module("holdfast.host.files", arguments(texts, options), task_vars=variables))
        result.pop("invocation", None)  # every text once more
        return result

    def _render(self, template: Template, directory: Path, variables: dict[str, Any]) -> str:
        source, search = str(template.source), variables.get("ansible_search_path", [])
        places = [str(template.source.parent), str(directory), *(f"{place}/templates" for place in search), *search]
        # Variables win over what is offered here: a user's own ansible_managed stays.
        known = ChainMap(variables, generate_ansible_template_vars(source, source, template.target))
        templar = self._templar.copy_with_new_env(searchpath=places, available_variables=known)
        text = trust_as_template(self._loader.get_text_file_contents(source))
        try:
            rendered = templar.template(text, escape_backslashes=False, overrides={"trim_blocks": True})
        except AnsibleError as error:
            raise AnsibleActionFail(f"{source}{line_of(text, str(error))}: {error}") from error
        return "" if rendered is None else str(rendered)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Render a role's directory of templates on the controller, for the actions that send it to a host."""

from __future__ import annotations

from collections import ChainMap
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.template import generate_ansible_template_vars, trust_as_template

from ansible_collections.holdfast.host.plugins.module_utils.tree import Template, line_of, templates

TEXTS = {"mode": "0644", "directory_mode": "0755", "owner": "root", "group": "root"}
LISTS = {"files": "dict", "modes": "dict", "directories": "dict", "absent": "path", "only": "str", "exclude": "str"}
ENTRY: dict[str, Any] = {"path": {"type": "str", "required": True}, "mode": {"type": "str"}, "owner": {"type": "str"}}
# The options of an action that sends a directory of templates.
SPEC: dict[str, Any] = {
    "src": {"type": "path", "default": "."},
    "root": {"type": "path", "default": "/"},
    "validate": {"type": "dict", "default": {}},
    "remember": {"type": "str", "default": ""},
    **{name: {"type": "str", "default": value} for name, value in TEXTS.items()},
    **{name: {"type": "list", "elements": kind, "default": []} for name, kind in LISTS.items()},
}
SPEC["modes"]["options"] = ENTRY | {"group": {"type": "str"}}


class RenderingAction(ActionBase):
    """An action with a directory of templates."""

    def rendered(self, options: dict[str, Any], variables: dict[str, Any]) -> dict[str, str]:
        """Return the rendered texts by their paths on the host. Raises AnsibleActionFail."""
        try:
            directory = Path(self._find_needle("templates", options["src"]))
            found = templates(directory, **{name: options[name] for name in ("root", "only", "exclude")})
        except (AnsibleError, ValueError) as error:
            raise AnsibleActionFail(str(error)) from error
        return {template.target: self._render(template, directory, variables) for template in found}

    def _render(self, template: Template, directory: Path, variables: dict[str, Any]) -> str:
        source, search = str(template.source), variables.get("ansible_search_path", [])
        places = [str(template.source.parent), str(directory), *(f"{place}/templates" for place in search), *search]
        # Variables win over what is offered here: a user's own ansible_managed stays.
        path = "/" + template.source.relative_to(directory).as_posix().removesuffix(".j2")
        known = ChainMap(
            variables, {"tree_path": path}, generate_ansible_template_vars(source, source, template.target)
        )
        templar = self._templar.copy_with_new_env(searchpath=places, available_variables=known)
        text = trust_as_template(self._loader.get_text_file_contents(source))
        try:
            rendered = templar.template(text, escape_backslashes=False, overrides={"trim_blocks": True})
        except AnsibleError as error:
            raise AnsibleActionFail(f"{source}{line_of(text, str(error))}: {error}") from error
        return "" if rendered is None else str(rendered)

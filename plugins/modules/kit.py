#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Keep all that a lost host needs besides its data in one encrypted file on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kit
short_description: Keep all that a lost host needs besides its data in one encrypted file on the controller
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Reads every secret of the host, the files beside the inventory that the plan read, the declaration, and the roles'
    variables that the inventory sets, and writes them into one file on the controller, encrypted by Ansible's vault.
    C(ansible-vault decrypt) alone opens it; M(holdfast.host.kit_open) and the playbook C(recover) bring a bare host
    back from it.
  - Nothing is written where the content is the same. Where secrets change, the file before stays beside it, its name
    ending in C(~).
  - A password that is too short, a file there that the password does not open, a file of another stack, and a place
    that cannot be written are refused before anything is changed. Nothing is written over that cannot be read.
  - Before it is written, the files are laid out in a temporary directory and read again as a plan would read them.
  - On the host a note without secrets says what the kit holds, C(/var/lib/holdfast/backup/kit.json), by which
    M(holdfast.host.verify_host) tells that there is no kit, or that a secret is newer.
  - No value is returned, logged or shown in a diff, so the task needs no C(no_log), which would hide a refusal.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
    details: A host without its secrets is told as changed.
  diff_mode:
    support: full
    details: Shows names, never values.
  idempotent:
    support: full
options:
  password:
    description: Encrypts the kit. 20 characters or more. Without it the kit is of no use; keep it apart from the kit.
    type: str
    required: true
  dest:
    description: The file on the controller. Missing directories are made for their owner alone.
    type: path
    required: true
  directory:
    description: Directory on the controller that relative paths of the declaration start from.
    type: path
    required: true
  plan:
    description: The plan, C(holdfast_plan).
    type: dict
    required: true
  variables:
    description:
      - Further variables, by name. They win over C(holdfast_stack) and those of the roles' variables that the inventory
        sets, which come by themselves.
    type: dict
    default: {}
  step:
    description: What to do on the host. The action of this module sets it.
    type: str
    choices: [read, note]
    default: read
  token:
    description: Covers the secrets on their way. The action of this module draws it.
    type: str
    default: ""
  secrets_directory:
    description: Where the secrets lie on the host. The action of this module sets it.
    type: path
  derived:
    description: Files there that are made from secrets. The action of this module sets it.
    type: list
    elements: path
    default: []
  note:
    description: What the host is to know of the kit. The action of this module sets it.
    type: dict
    default: {}
seealso:
  - module: holdfast.host.kit_open
  - module: holdfast.host.secrets
"""

EXAMPLES = r"""
- name: Keep the recovery kit
  holdfast.host.kit:
    password: "{{ backup_kit_password }}"
    dest: "kits/{{ holdfast_plan.name }}.kit"
    directory: "{{ preflight_directory }}"
    plan: "{{ holdfast_plan }}"
"""

RETURN = r"""
dest:
  description: The file on the controller.
  type: path
  returned: success
  sample: kits/pydotorg.kit
changes:
  description: In what the kit differs from the one before, a line each, names only.
  type: list
  elements: str
  returned: success
  sample: ["secret SMTP_PASSWORD is another"]
names:
  description: Names of the secrets in the kit.
  type: list
  elements: str
  returned: success
  sample: [BACKUP_KEY, SMTP_PASSWORD]
files:
  description: Names of the files in the kit.
  type: list
  elements: str
  returned: success
  sample: [compose.yaml]
written:
  description: When the kit was written, UTC.
  type: str
  returned: success
  sample: "2026-11-01T02:00:00Z"
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils import kit_note

SPEC: dict[str, Any] = {
    "step": {"type": "str", "choices": ["read", "note"], "default": "read"},
    "token": {"type": "str", "default": "", "no_log": True},
    "secrets_directory": {"type": "path", "required": True, "no_log": False},
    "derived": {"type": "list", "elements": "path", "default": []},
    "note": {"type": "dict", "default": {}},
}


def main() -> None:
    """Take one step."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    path, note = Path(kit_note.PATH), module.params["note"]
    try:
        held = kit_note.held(Path(module.params["secrets_directory"]), module.params["derived"])
        if module.params["step"] == "read":
            if not module.params["token"]:
                module.fail_json(msg="this module runs on the host for the action of its name alone")
            secrets = kit_note.covered(held.secrets, module.params["token"])
            told = {"covered": secrets, "versions": held.versions(), "ignored": list(held.ignored)}
            module.exit_json(changed=False, noted=kit_note.stands(path, note, held), **told)
        wanted = kit_note.text(note, held)
        differs = not kit_note.stands(path, note, held)
        if differs and not module.check_mode:
            kit_note.write(path, wanted)
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}")
    except ValueError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=differs)


if __name__ == "__main__":
    main()

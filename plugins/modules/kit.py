#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Documentation of the action plugin of the same name; on the host, kit_note works for it."""

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
  type: str
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

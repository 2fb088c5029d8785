#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Look at places where backups would go, before anything is changed."""

from __future__ import annotations

DOCUMENTATION = r"""
module: backup_places
short_description: Look at places where backups would go, and refuse those that would not take them
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Opens each place with the credentials and the key that a run would use, and changes nothing, neither there nor on
    the host. A place whose backups were made with another key or by another stack, and one that does not answer, is
    refused with a finding.
  - Needs C(restic) on the host, so a host that has had backups before.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  numbers:
    description: Which of the repositories are looked at, counted from 1.
    type: list
    elements: int
    required: true
  files:
    description:
      - What a run would write below C(/etc/holdfast/backup), as C(path) and C(content); secrets are named as
        C(${secret:NAME}). C(backup.json) is among them.
    type: list
    elements: dict
    required: true
  provided:
    description: Values of secrets by name, as a run would be given them. What is not among them is read on the host.
    type: dict
    default: {}
  secrets_directory:
    description: Where the host's secrets lie.
    type: path
    required: true
seealso:
  - module: holdfast.host.secrets
"""

EXAMPLES = r"""
- name: Look at the place where the second repository is to be
  holdfast.host.backup_places:
    numbers: [2]
    files: "{{ holdfast_plan.backup.files + holdfast_plan.secret_files.stores_env }}"
    provided: "{{ app_secrets }}"
    secrets_directory: /etc/holdfast/secrets
"""

RETURN = r"""
fresh:
  description: The numbers of those that have no backups yet.
  returned: success
  type: list
  elements: int
  sample: [2]
findings:
  description: What speaks against the places.
  returned: failure
  type: list
  elements: dict
  sample: []
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils import backup_exchange
from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.errors import refusal

# A storage that does not answer within it is told as one that does not.
TIMEOUT_SECONDS = 60
SPEC = {
    "numbers": {"type": "list", "elements": "int", "required": True},
    # Its texts name secrets, and hold none.
    "files": {"type": "list", "elements": "dict", "required": True},
    "provided": {"type": "dict", "default": {}, "no_log": True},
    "secrets_directory": {"type": "path", "required": True, "no_log": False},
}


def main() -> None:
    """Look."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        wanted = backup_exchange.parse(module.params)
        findings, fresh = backup_exchange.look(wanted, runner(timeout_seconds=TIMEOUT_SECONDS))
    except (OSError, ValueError) as problem:
        module.fail_json(msg=str(problem))
    if findings:
        module.fail_json(msg=refusal(findings), findings=[each.as_dict() for each in findings])
    module.exit_json(changed=False, fresh=fresh)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The host's side of the recovery kit: its secrets, and the note of what the kit holds."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kit_note
short_description: The host's side of the recovery kit
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - The action of M(holdfast.host.kit) runs it, and nobody else needs to. It reads the host's secrets, or notes on the
    host what the kit holds, in C(/var/lib/holdfast/backup/kit.json). The note has no secret.
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
  step:
    description: Whether the secrets are read, or the note is written.
    type: str
    choices: [read, note]
    default: read
  token:
    description: Drawn for one answer, it covers the secrets in it, so that a verbose run shows none. Needed to read.
    type: str
    default: ""
  secrets_directory:
    description: Where the secrets lie.
    type: path
    required: true
  derived:
    description: Files there that are made from secrets, and are none themselves.
    type: list
    elements: path
    default: []
  note:
    description: What the host is to know of the kit, as C(written), C(file), C(digest) and C(versions).
    type: dict
    default: {}
seealso:
  - module: holdfast.host.kit
"""

EXAMPLES = r"""
- name: Note what a kit holds
  holdfast.host.kit_note:
    step: note
    secrets_directory: /etc/holdfast/secrets
    note:
      written: "2026-11-01T02:00:00Z"
      file: kits/pydotorg.kit
      digest: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
"""

RETURN = r"""
covered:
  description: The secrets by name, covered by O(token).
  returned: when they are read
  type: str
versions:
  description: Twelve hexadecimal digits by name that change with the secret, and tell nothing of it.
  returned: when they are read
  type: dict
  sample: {REDIS_PASSWORD: 5f1c0a92be77}
ignored:
  description: Names of what lies there and is no secret.
  returned: when they are read
  type: list
  elements: str
  sample: []
noted:
  description: Whether the host's note is that of O(note) and of the secrets that it has.
  returned: when they are read
  type: bool
  sample: true
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
                module.fail_json(msg="to read needs a token, as the action of holdfast.host.kit draws one")
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

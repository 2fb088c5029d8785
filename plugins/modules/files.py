#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Write, check and remove many small text files in one call."""

from __future__ import annotations

DOCUMENTATION = r"""
module: files
short_description: Write, check and remove many small text files in one call
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Brings directories, files and absences into the wanted state in one module call, because the number of calls is
    what costs time over SSH.
  - Every validator runs before anything is replaced. If one fails, the host is as it was.
  - Each file is replaced by a rename in its own directory after an fsync, so a reader sees the old text or the new one.
    A run that was killed leaves at most files named C(.holdfast-new.NAME), which the next run removes.
  - Missing parent directories are made. Directories that exist are left as they are unless O(directories) names them.
  - A symbolic link in the place of a file is replaced by the file.
  - The text is no secret. It travels as a module parameter and is shown by diff mode. Use M(holdfast.host.secrets) for
    anything that must not be seen.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
    details: Validators do not run in check mode, for their programs may come with packages that are not there yet.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  files:
    description: The files to write.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Absolute path of the file.
        type: path
        required: true
      content:
        description: The whole text, written as UTF-8. Never a secret.
        type: str
        required: true
      mode:
        description: Octal mode as text.
        type: str
        default: "0644"
      owner:
        description: Name or number of the owner.
        type: str
        default: root
      group:
        description: Name or number of the group.
        type: str
        default: root
      validate:
        description:
          - A command that must exit 0 before the file is replaced. C(%s) in it is the path of the new text, which lies
            in a private directory under the file's own name.
          - It runs without a shell, and only where the text changes.
        type: str
  directories:
    description: Directories whose existence, mode and ownership are enforced.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Absolute path of the directory.
        type: path
        required: true
      mode:
        description: Octal mode as text.
        type: str
        default: "0755"
      owner:
        description: Name or number of the owner.
        type: str
        default: root
      group:
        description: Name or number of the group.
        type: str
        default: root
  parents:
    description: How parent directories are made where they are missing.
    type: dict
    default: {}
    suboptions:
      mode:
        description: Octal mode as text.
        type: str
        default: "0755"
      owner:
        description: Name or number of the owner.
        type: str
        default: root
      group:
        description: Name or number of the group.
        type: str
        default: root
  absent:
    description:
      - Paths that must not exist. Files and links are removed, and directories once they are empty.
      - A directory that holds something else fails the run before anything is changed.
    type: list
    elements: path
    default: []
"""

EXAMPLES = r"""
- name: Write two files and remove one
  holdfast.host.files:
    directories:
      - path: /etc/holdfast
        mode: "0750"
    files:
      - path: /etc/holdfast/limits.conf
        content: |
          limit = 10
      - path: /etc/sudoers.d/deploy
        content: |
          deploy ALL=(root) NOPASSWD: /usr/bin/systemctl reload nginx
        mode: "0440"
        validate: visudo -cf %s
    absent:
      - /etc/holdfast/old.conf
"""

RETURN = r"""
paths:
  description: The paths that changed or would change, in the order in which they are applied.
  type: list
  elements: str
  returned: success
  sample: [/etc/holdfast/limits.conf]
hashes:
  description: SHA-256 of the wanted text of every file of O(files), changed or not, by path.
  type: dict
  returned: success
  sample: {/etc/holdfast/limits.conf: 6b9b1c6b0d0f5f8d3e4f0b8f6c1b7e1c7c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f}
"""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils import files
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, explain

OWNED: dict[str, Any] = {
    "mode": {"type": "str"},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
}
FILE_MODE = {"mode": {"type": "str", "default": "0644"}}
DIRECTORY_MODE = {"mode": {"type": "str", "default": "0755"}}
PATH: dict[str, Any] = {"path": {"type": "path", "required": True}}
CONTENT: dict[str, Any] = {"content": {"type": "str", "required": True}, "validate": {"type": "str"}}
SPEC: dict[str, Any] = {
    "files": {"type": "list", "elements": "dict", "default": [], "options": OWNED | FILE_MODE | PATH | CONTENT},
    "directories": {"type": "list", "elements": "dict", "default": [], "options": OWNED | DIRECTORY_MODE | PATH},
    "parents": {"type": "dict", "default": {}, "options": OWNED | DIRECTORY_MODE},
    "absent": {"type": "list", "elements": "path", "default": []},
}


def run_validator(command: list[str]) -> tuple[int, str]:
    """Return exit status and output of a validator; 127 where its program is missing."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, timeout=120)
    except (OSError, subprocess.TimeoutExpired) as error:
        return 127, str(error)
    return done.returncode, done.stdout + done.stderr


def refuse(module: AnsibleModule, findings: list[Finding]) -> None:
    """Fail with all findings where there are any."""
    if findings:
        module.fail_json(msg="Nothing was changed.\n" + explain(findings), findings=[f.as_dict() for f in findings])


def main() -> None:
    """Read, compare, validate, apply."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    wanted, findings = files.parse(module.params, lenient=module.check_mode)
    refuse(module, findings)
    try:
        changes, findings = files.plan(wanted)
        refuse(module, findings)
        if not module.check_mode:
            with tempfile.TemporaryDirectory(dir=module.tmpdir) as staging:
                refuse(module, files.validate(changes, Path(staging), run_validator))
            files.clear_leftovers(wanted)
            files.apply(changes)
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}")
    paths = [str(change.entry.path) for change in changes]
    diff = [change.diff() for change in changes]
    module.exit_json(changed=bool(changes), paths=paths, hashes=wanted.hashes(), diff=diff)


if __name__ == "__main__":
    main()

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
  - holdfast.host.files
attributes:
  check_mode:
    support: full
    details: Validators do not run in check mode, for their programs may come with packages that are not there yet.
  diff_mode:
    support: full
  idempotent:
    support: full
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

import tempfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils import files, former
from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, explain
from ansible_collections.holdfast.host.plugins.module_utils.files_spec import SPEC


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
        name = module.params["remember"]
        kept = former.remember(wanted, name) if name else former.Remembered(wanted=wanted)
        changes, findings = files.plan(kept.wanted)
        refuse(module, findings)
        if not module.check_mode:
            with tempfile.TemporaryDirectory(dir=module.tmpdir) as staging:
                refuse(module, files.validate(changes, Path(staging), runner(timeout_seconds=120)))
            files.clear_leftovers(kept.wanted)
            files.apply([*kept.first, *changes, *kept.last])
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}")
    former.tell(kept, module.warn)
    paths = [str(change.entry.path) for change in changes]
    diff = [change.diff() for change in changes]
    module.exit_json(changed=bool(changes), paths=paths, hashes=wanted.hashes(), diff=diff)


if __name__ == "__main__":
    main()

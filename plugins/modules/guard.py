#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Change files that decide who gets in, so that a bad change takes itself back."""

from __future__ import annotations

DOCUMENTATION = r"""
module: guard
short_description: Change files that decide who gets in, so that a bad change takes itself back
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Writes and removes files as M(holdfast.host.files) does and runs O(commands), so that programs such as sshd or a
    firewall take them. Then logs in anew, over a new connection, and only that login makes the change permanent.
  - Where no such login comes within O(timeout_seconds), the host itself puts the old files back and runs O(commands)
    again. It needs nobody for that, so a controller that died, a lost network and a deny-all rule are all made good.
  - A host that reboots before the login starts with the old files.
  - What an interrupted run left waiting is taken back before the next change. One that is killed blocks nobody.
  - The text of the files is no secret; it is shown by diff mode.
extends_documentation_fragment:
  - holdfast.host.attributes
  - holdfast.host.files
attributes:
  check_mode:
    support: full
    details: Neither validators nor commands run in check mode, for their programs may not be there yet.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description:
      - What is guarded, a lower-case word. Changes of one name never overlap. While one run writes, others are refused.
      - A run takes back what still waits for its login. The login of the run before it then confirms nothing.
    type: str
    required: true
  src:
    description:
      - A directory of templates to render, as M(holdfast.host.tree) takes it, with its options C(root), C(owner),
        C(group), C(mode), C(directory_mode), C(modes), C(validate), C(only) and C(exclude).
    type: path
  check:
    description:
      - Commands that must succeed once the files are written and before O(commands). Where one fails, the old files are
        put back at once and the task fails with what it said.
    type: list
    elements: list
    default: []
  commands:
    description: Commands, run without a shell, that have programs read the files. They also run after the way back.
    type: list
    elements: list
    default: []
  current:
    description:
      - Commands that succeed where programs hold what the files say. They only look, also in check mode. Where no file
        differs and one of them fails, O(check) and O(commands) run all the same, under the guard.
    type: list
    elements: list
    default: []
  also:
    description:
      - Files that O(commands) write, which are kept before and put back with the others. A way back at boot runs no
        command, so without this option it leaves what they wrote.
    type: list
    elements: path
    default: []
  timeout_seconds:
    description: How long after its start a change waits for its login.
    type: int
    default: 20
  step:
    description: What to do on the host. The action of this module sets it.
    type: str
    choices: [apply, confirm]
    default: apply
  token:
    description: Which change to confirm. The action of this module sets it.
    type: str
    default: ""
notes:
  - The login must go through OpenSSH. Over any other connection a change is never confirmed.
seealso:
  - module: holdfast.host.files
  - module: holdfast.host.tree
"""

EXAMPLES = r"""
- name: Let sshd listen on a second port
  holdfast.host.guard:
    name: sshd
    files:
      - path: /etc/ssh/sshd_config.d/10-port.conf
        content: |
          Port 22
          Port 2222
    check:
      - [sshd, -t]
    commands:
      - [systemctl, reload, ssh.service]

- name: Load rules of your own
  holdfast.host.guard:
    name: nftables
    files:
      - path: /etc/nftables.conf
        content: "{{ lookup('ansible.builtin.file', 'nftables.conf') }}"
        mode: "0755"
        validate: nft --check --file %s
    commands:
      - [systemctl, restart, nftables.service]
    current:
      - [nft, list, chain, inet, own, input]
"""

RETURN = r"""
paths:
  description: The paths that changed or would change.
  type: list
  elements: str
  returned: success
  sample: [/etc/ssh/sshd_config.d/10-port.conf]
confirmed:
  description: Whether a login made the change permanent; false where nothing changed.
  type: bool
  returned: success
  sample: true
seconds:
  description: How long the change waited for its login.
  type: float
  returned: when changed
  sample: 1.4
"""

import contextlib
import os
import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils import files, former, guard, guard_undo
from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.errors import explain
from ansible_collections.holdfast.host.plugins.module_utils.files_spec import SPEC
from ansible_collections.holdfast.host.plugins.module_utils.guard import Guard
from ansible_collections.holdfast.host.plugins.module_utils.guard_lock import GuardError, alone
from ansible_collections.holdfast.host.plugins.module_utils.login import session_began

OWN: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "src": {"type": "path"},
    "check": {"type": "list", "elements": "list", "default": []},
    "commands": {"type": "list", "elements": "list", "default": []},
    "current": {"type": "list", "elements": "list", "default": []},
    "also": {"type": "list", "elements": "path", "default": []},
    "timeout_seconds": {"type": "int", "default": 20},
    "step": {"type": "str", "choices": ["apply", "confirm"], "default": "apply"},
    "token": {"type": "str", "default": "", "no_log": False},
}


def commands(options: dict[str, Any], name: str) -> list[list[str]]:
    """Return the commands of an option as text."""
    return [[str(word) for word in command] for command in options[name]]


def change(module: AnsibleModule, held: Guard, changes: list[files.Change]) -> str:
    """Make the changes under the guard and return their token; where anything fails, the old state is back."""
    token = secrets.token_hex(8)
    every = commands(module.params, "commands")
    guard.arm(
        held,
        guard_undo.undos(changes, map(Path, module.params["also"])),
        every,
        token=token,
        seconds=module.params["timeout_seconds"],
    )
    try:
        # Before each step, for the timer may be over. What follows its way back would stay.
        for each in changes:
            guard.stands(held, token)
            files.apply([each])
        for command in commands(module.params, "check") + every:
            guard.stands(held, token)
            result = held.run(command, "")
            if result.status != 0:
                raise GuardError(f"{' '.join(command)}: {result.message()}")
        guard.applied(held, token, time.clock_gettime(time.CLOCK_BOOTTIME))
    except (GuardError, OSError) as error:
        guard.take_back_again(held)
        module.fail_json(msg=f"The old state of {held.name} was put back: {error}")
    return token


def apply(module: AnsibleModule, held: Guard) -> None:
    """Compare, validate, change."""
    wanted, findings = files.parse(module.params, lenient=module.check_mode)
    if not findings:
        if not module.check_mode:
            guard.take_back(held)
            files.clear_leftovers(wanted)
        name = module.params["remember"]
        kept = former.remember(wanted, name) if name else former.Remembered(wanted=wanted)
        changes, findings = files.plan(kept.wanted)
    if not findings and not module.check_mode:
        with tempfile.TemporaryDirectory(dir=module.tmpdir) as staging:
            findings = files.validate(changes, Path(staging), held.run)
    if findings:
        module.fail_json(msg="Nothing was changed.\n" + explain(findings), findings=[f.as_dict() for f in findings])
    differs = bool(changes) or any(held.run(command, "").status != 0 for command in commands(module.params, "current"))
    token = ""
    if differs and not module.check_mode:
        token = change(module, held, [*kept.first, *changes, *kept.last])
    elif not module.check_mode:
        files.apply([*kept.first, *kept.last])
    former.tell(kept, module.warn)
    paths = [str(each.entry.path) for each in changes]
    diff = [each.diff() for each in changes]
    module.exit_json(changed=differs, paths=paths, diff=diff, token=token, confirmed=False)


def main() -> None:
    """Take one step."""
    module = AnsibleModule(argument_spec=SPEC | OWN, supports_check_mode=True)
    name = module.params["name"]
    if not guard.NAME.fullmatch(name):
        module.fail_json(msg=f"name is a lower-case word such as sshd, not {name!r}")
    held = Guard(name=name, run=runner())
    try:
        if module.params["step"] == "confirm":
            guard.confirm(held, module.params["token"], session_began(os.getpid()))
            module.exit_json(changed=True, confirmed=True)
        with contextlib.nullcontext() if module.check_mode else alone(held.place):
            apply(module, held)
    except (GuardError, OSError, ValueError) as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()

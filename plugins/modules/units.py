#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Run several systemd units with the configuration that lies on the disk."""

from __future__ import annotations

DOCUMENTATION = r"""
module: units
short_description: Run several systemd units with the configuration that lies on the disk
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Does for several units in one call what M(holdfast.host.unit) does for one, and has systemd read changed unit files.
  - A unit that its own condition keeps from running is left so.
  - In a container a unit that needs something of the machine's kernel is left alone where it does not run, and told in
    RV(unheld).
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
    details: A unit that is not installed yet is reported as to be started.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  units:
    description: The units, started in this order.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The unit.
        type: str
        required: true
      reads:
        description: Files that it reads when it starts.
        type: list
        elements: path
        default: []
      background:
        description: Whether its start is not waited for. It is one that works once and ends.
        type: bool
        default: false
      restart:
        description: The verbs of systemctl that bring it to changed files.
        type: list
        elements: str
        default: [restart]
      state:
        description:
          - V(running) runs it. V(left) neither starts nor enables it; where it runs, and O(units[].reads) or their
            directories are newer than it, it reads its files anew.
          - V(gone) ends it and takes it out of its targets, where it is no unit of a package's.
        type: str
        choices: [running, left, gone]
        default: running
      kernel:
        description: "What of the machine's kernel it needs, in words. Empty: nothing that a container lacks."
        type: str
        default: ""
      reason:
        description: Why it runs; not used.
        type: str
"""

EXAMPLES = r"""
- name: Keep the journal as it is written
  holdfast.host.units:
    units:
      - name: systemd-journald.service
        reads: [/etc/systemd/journald.conf.d/60-holdfast.conf]
"""

RETURN = r"""
actions:
  description: What was done by unit, or would be in check mode.
  returned: success
  type: dict
unheld:
  description: The units that cannot run here, each with what they need.
  returned: success
  type: dict
"""

import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils import unit_state
from ansible_collections.holdfast.host.plugins.module_utils.kernel_state import in_container
from ansible_collections.holdfast.host.plugins.module_utils.unit_state import GONE, LEFT, RUNNING

END_SECONDS = 30
OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "reads": {"type": "list", "elements": "path", "default": []},
    "background": {"type": "bool", "default": False},
    "restart": {"type": "list", "elements": "str", "default": ["restart"]},
    "kernel": {"type": "str", "default": ""},
    "state": {"type": "str", "choices": [RUNNING, LEFT, GONE], "default": RUNNING},
    "reason": {"type": "str"},
}


def read(module: AnsibleModule, names: list[str]) -> dict[str, dict[str, str]]:
    """Return the properties of units by name, unit files read anew where they have changed."""
    command = ["systemctl", "show", "--property=" + ",".join(unit_state.ALL_PROPERTIES), *names]
    _, out, _ = module.run_command(command, check_rc=True)
    found = unit_state.parse_blocks(out, names)
    if any(each.get("NeedDaemonReload") == "yes" for each in found.values()) and not module.check_mode:
        module.run_command(["systemctl", "daemon-reload"], check_rc=True)
        return read(module, names)
    return found


def wait_ended(module: AnsibleModule, name: str) -> None:
    """Wait until a unit that was ended by a signal is no more active: a start before would find it running."""
    deadline = time.monotonic() + END_SECONDS
    while time.monotonic() < deadline:
        if read(module, [name])[name].get("ActiveState") in ("inactive", "failed"):
            return
        time.sleep(0.1)
    module.fail_json(msg=f"{name} did not end within {END_SECONDS} s of its signal")


def steps(unit: dict[str, Any], show: dict[str, str], booted: float) -> list[list[str]]:
    """Return the systemctl words for a unit."""
    if unit["state"] == GONE:
        return unit_state.gone(show, unit["name"], linked=unit_state.linked(unit["name"]))
    since = unit_state.began(show, booted)
    if unit["state"] == LEFT:
        stale = unit_state.newer(unit_state.with_places(unit["reads"]), since)
        return unit_state.left(show, stale, restart=unit["restart"])
    stale = unit_state.newer(unit["reads"], since)
    return unit_state.steps(show, stale, background=unit["background"], restart=unit["restart"])


def main() -> None:
    """Read, compare, act."""
    module = AnsibleModule(
        argument_spec={"units": {"type": "list", "elements": "dict", "required": True, "options": OPTIONS}},
        supports_check_mode=True,
    )
    units, container, booted = module.params["units"], in_container(), unit_state.booted_at()
    shown = read(module, [unit["name"] for unit in units]) if units else {}
    actions: dict[str, list[list[str]]] = {}
    unheld: dict[str, str] = {}
    for unit in units:
        show = shown[unit["name"]]
        wanted = unit["state"] == RUNNING
        if wanted and unit["kernel"] and container and show.get("ActiveState") != "active":
            unheld[unit["name"]] = unit["kernel"]
            continue
        if wanted and show.get("LoadState") == "not-found" and not module.check_mode:
            module.fail_json(msg=f"there is no unit {unit['name']}")
        actions[unit["name"]] = steps(unit, show, booted)
    done = {name: each for name, each in actions.items() if each}
    for name, each in {} if module.check_mode else done.items():
        for verb in each:
            module.run_command(["systemctl", *verb, name], check_rc=True)
            if verb == unit_state.KILL:
                wait_ended(module, name)
    after = "".join(f"{name}: {' '.join(verb)}\n" for name, each in done.items() for verb in each)
    module.exit_json(changed=bool(done), actions=done, unheld=unheld, diff={"before": "", "after": after})


if __name__ == "__main__":
    main()

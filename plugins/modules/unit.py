#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Run a systemd unit with the configuration that lies on the disk."""

from __future__ import annotations

DOCUMENTATION = r"""
module: unit
short_description: Run a systemd unit with the configuration that lies on the disk
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Starts and enables a unit, and restarts it when a file of O(restart_after) is newer than its main process.
  - The decision is taken from what runs, not from what this run changed, so that a run that was interrupted between
    writing a file and restarting is made good by the next one.
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
  name:
    description: The unit.
    type: str
    required: true
  enabled:
    description: Whether it starts at boot.
    type: bool
    default: true
  restart_after:
    description: Files that it reads when it starts.
    type: list
    elements: path
    default: []
"""

EXAMPLES = r"""
- name: Run the engine with the configuration that lies there
  holdfast.host.unit:
    name: docker.service
    restart_after:
      - /etc/docker/daemon.json
"""

RETURN = r"""
actions:
  description: What was done, or would be in check mode.
  returned: always
  type: list
  elements: str
stale:
  description: The files that were newer than the unit's main process.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils.unit_state import (
    PROPERTIES,
    RELOAD,
    actions,
    booted_at,
    newer,
    parse_show,
    started_at,
)


def read(module: AnsibleModule, name: str) -> dict[str, str]:
    """Return the unit's properties; a unit that is not there has LoadState not-found."""
    _, out, _ = module.run_command(
        ["systemctl", "show", name, "--property=" + ",".join(PROPERTIES)], check_rc=not module.check_mode
    )
    return parse_show(out)


def main() -> None:
    """Read, compare, act."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "enabled": {"type": "bool", "default": True},
            "restart_after": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    name = module.params["name"]
    current = read(module, name)
    if current.get("LoadState") == "not-found" and not module.check_mode:
        module.fail_json(msg=f"there is no unit {name}")
    pid = int(current.get("MainPID") or 0)
    stale = newer(module.params["restart_after"], started_at(pid, booted_at())) if pid else []
    todo = actions(current, stale, enabled=module.params["enabled"])
    if not module.check_mode:
        for verb in todo:
            module.run_command(["systemctl", verb, *([] if verb == RELOAD else [name])], check_rc=True)
    before = {"active": current.get("ActiveState"), "enabled": current.get("UnitFileState"), "stale": stale}
    after = {"active": "active", "enabled": "enabled" if module.params["enabled"] else before["enabled"], "stale": []}
    module.exit_json(changed=bool(todo), actions=todo, stale=stale, diff={"before": before, "after": after})


if __name__ == "__main__":
    main()

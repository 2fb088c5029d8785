#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Keep kernel values, now and after a boot."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kernel_values
short_description: Keep kernel values, now and after a boot
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Writes one drop-in for sysctl with the reason of each value, sets what differs in the running kernel, and reads it
    back. What another drop-in has set meanwhile is set again, for the running value is compared and not the file.
  - A value that a kernel module brings is there at boot only if that is loaded before, so the module is named for
    boot, and loaded now.
  - A value that is not there, or that a container may not set, is told in RV(unheld). Anywhere else a value that
    cannot be set fails.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  settings:
    description: Values in the order in which they are written, each with O(settings[].name), value and reason.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name as sysctl writes it.
        type: str
        required: true
      value:
        description: The value.
        type: str
        required: true
      reason:
        description: Why, for the comment above it.
        type: str
        required: true
  path:
    description: The drop-in.
    type: path
    default: /etc/sysctl.d/60-holdfast.conf
  modules_path:
    description: The list of kernel modules that boot loads before it sets values of theirs; not there without any.
    type: path
    default: /etc/modules-load.d/60-holdfast.conf
"""

EXAMPLES = r"""
- name: Hold the planned kernel values
  holdfast.host.kernel_values:
    settings: "{{ holdfast_plan.kernel.settings }}"
"""

RETURN = r"""
unheld:
  description: The values that cannot be held on this machine, by name, with why.
  returned: success
  type: dict
set:
  description: The names that were set, or would be in check mode.
  returned: success
  type: list
  elements: str
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils import kernel_state
from ansible_collections.holdfast.host.plugins.module_utils.atomic import Owned, write_file

SUBOPTIONS = {name: {"type": "str", "required": True} for name in ("name", "value", "reason")}


def write(path: Path, text: str) -> None:
    """Write a drop-in, owned as its directory is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    owner = path.parent.stat()
    write_file(path, text.encode(), Owned(mode=0o644, uid=owner.st_uid, gid=owner.st_gid))


def load(module: AnsibleModule, path: Path, names: list[str], *, container: bool) -> bool:
    """Have boot, and the kernel now, load what the names need. Return whether the list changed.

    One that is not there is no failure: its values are told as not held. A container loads nothing.
    """
    found = [] if container else kernel_state.modules(names)
    wanted, there = kernel_state.modules_text(found), path.read_text(encoding="utf-8") if path.exists() else ""
    if not module.check_mode:
        for name in found:
            module.run_command(["modprobe", "--quiet", name])
        if wanted and there != wanted:
            write(path, wanted)
        elif there and not wanted:
            path.unlink()
    return there != wanted


def main() -> None:
    """Write the drop-in, then the values."""
    module = AnsibleModule(
        argument_spec={
            "settings": {"type": "list", "elements": "dict", "required": True, "options": SUBOPTIONS},
            "path": {"type": "path", "default": "/etc/sysctl.d/60-holdfast.conf"},
            "modules_path": {"type": "path", "default": "/etc/modules-load.d/60-holdfast.conf"},
        },
        supports_check_mode=True,
    )
    settings, path = module.params["settings"], Path(module.params["path"])
    container = kernel_state.in_container()
    loads = load(module, Path(module.params["modules_path"]), [each["name"] for each in settings], container=container)
    absent = kernel_state.missing((each["name"] for each in settings), kernel_state.SYS)
    wanted = kernel_state.text(settings, absent)
    there = path.read_text(encoding="utf-8") if path.exists() else ""
    if there != wanted and not module.check_mode:
        write(path, wanted)
    outcome = kernel_state.apply(settings, check=module.check_mode, container=container, root=kernel_state.SYS)
    if outcome.failed:
        told = "; ".join(f"{name} = {why}" for name, why in outcome.failed.items())
        module.fail_json(msg=f"The kernel does not take: {told}", unheld=outcome.unheld)
    before = "".join(f"{name} = {old}\n" for name, (old, _) in outcome.changed.items())
    after = "".join(f"{name} = {new}\n" for name, (_, new) in outcome.changed.items())
    diff = [
        {"before_header": str(path), "after_header": str(path), "before": there, "after": wanted},
        {"before_header": "running kernel", "after_header": "running kernel", "before": before, "after": after},
    ]
    changed = loads or there != wanted or bool(outcome.changed)
    module.exit_json(changed=changed, set=list(outcome.changed), unheld=outcome.unheld, diff=diff)


if __name__ == "__main__":
    main()

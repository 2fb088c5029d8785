#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Wait for the package manager, and mend what an interrupted run of it left."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dpkg_ready
short_description: Wait for the package manager, and mend what an interrupted run of it left
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Waits until nobody holds the locks of dpkg and apt. A first boot's unattended upgrade holds them for minutes.
  - Where packages were left half-installed, unpacked or half-configured, or dpkg's journal was not merged, runs
    C(dpkg --configure -a) and
    C(apt-get -f install), without a question and keeping changed configuration files.
  - On a host in order it changes nothing.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
    details: Does not wait for a lock. Says who holds it and what would be mended.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  timeout_seconds:
    description: How long to wait for the locks before the run fails and names their holders.
    type: int
    default: 300
"""

EXAMPLES = r"""
- name: Wait for the package manager
  holdfast.host.dpkg_ready:
    timeout_seconds: 600
"""

RETURN = r"""
waited_seconds:
  description: How long the locks were waited for.
  type: float
  returned: success
  sample: 12.5
holders:
  description: Who held a lock when the wait began.
  type: list
  elements: dict
  returned: success
  contains:
    path:
      description: The lock.
      type: str
    pid:
      description: Process, 0 where it lies outside the PID namespace.
      type: int
    process:
      description: Its name and arguments.
      type: str
  sample: [{path: /var/lib/dpkg/lock-frontend, pid: 812, process: /usr/bin/python3 /usr/bin/unattended-upgrade}]
broken:
  description: Packages that were found interrupted, with their state.
  type: dict
  returned: success
  sample: {nginx-common: half-configured}
commands:
  description: The commands that were run or would be.
  type: list
  elements: str
  returned: success
  sample: [dpkg --configure -a --force-confdef --force-confold]
"""

import os
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils import dpkg
from ansible_collections.holdfast.host.plugins.module_utils.command import runner

SPEC: dict[str, Any] = {"timeout_seconds": {"type": "int", "default": 300}}


def main() -> None:
    """Wait, look, mend."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        first, seconds, left = dpkg.wait(0 if module.check_mode else module.params["timeout_seconds"])
        if left and not module.check_mode:
            module.fail_json(
                msg=f"Gave up after {seconds:.0f} s: {dpkg.explain(left)}", holders=[h.as_dict() for h in left]
            )
        found, journal = dpkg.unfinished(runner())
        # What another process is working on right now is not interrupted.
        change = bool(found or journal) and not left
        if change and not module.check_mode:
            environment = {**os.environ, **dpkg.ENVIRONMENT, "LC_ALL": "C.UTF-8"}
            problem = dpkg.mend(runner(timeout_seconds=dpkg.MEND_SECONDS, environment=environment))
            if problem:
                module.fail_json(msg=problem, broken=found)
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}")
    if first:
        module.warn(f"Waited {seconds:.1f} s: {dpkg.explain(first)}")
    before = "".join(f"{name}: {state}\n" for name, state in found.items()) or ("unmerged journal\n" if change else "")
    module.exit_json(
        changed=change,
        waited_seconds=round(seconds, 1),
        holders=[entry.as_dict() for entry in first],
        broken=found,
        commands=[" ".join(command) for command in (dpkg.CONFIGURE, dpkg.MEND)] if change else [],
        diff={"before": before if change else "", "after": ""},
    )


if __name__ == "__main__":
    main()

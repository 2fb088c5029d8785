#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Have Debian packages installed."""

from __future__ import annotations

DOCUMENTATION = r"""
module: packages
short_description: Have Debian packages installed, also after an interrupted run
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Installs packages that are missing, without recommended ones. Versions that are installed are left alone.
  - Needs nothing on the host besides dpkg and apt, so that check mode works on a bare one, and reads dpkg's list
    alone when nothing is missing.
  - Before it installs it waits for other package managers and mends what an interrupted one left, as
    M(holdfast.host.dpkg_ready) does. What was left is mended also when nothing is missing, for a run may have been
    interrupted after the last package was configured and before the triggers were.
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
  names:
    description: The packages.
    type: list
    elements: str
    required: true
  lock_timeout_seconds:
    description: How long to wait for another package manager.
    type: int
    default: 300
"""

EXAMPLES = r"""
- name: Install what every host needs
  holdfast.host.packages:
    names: [ca-certificates, openssl]
"""

RETURN = r"""
missing:
  description: The packages that were missing.
  returned: always
  type: list
  elements: str
interrupted:
  description: The unfinished packages of an interrupted run, with their state.
  returned: always
  type: dict
  sample: {libc-bin: triggers-pending}
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils import dpkg
from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.packages import QUERY, UPDATE, install_command, missing


def install(names: list[str], lock_timeout_seconds: int) -> str:
    """Mend what was interrupted and install packages from fresh lists. Return an empty text, or what is in the way."""
    _, seconds, holders = dpkg.wait(lock_timeout_seconds)
    if holders:
        return f"Gave up after {seconds:.0f} s: {dpkg.explain(holders)}"
    run = runner(timeout_seconds=dpkg.MEND_SECONDS, environment={**os.environ, **dpkg.ENVIRONMENT, "LC_ALL": "C.UTF-8"})
    problem = dpkg.mend(run) if any(dpkg.unfinished(run)) else ""
    if problem:
        return problem
    for command in (UPDATE, install_command(names, lock_timeout_seconds)) if names else ():
        result = run(command, "")
        if result.status != 0:
            return f"{' '.join(command)} failed: {result.message()}"
    return ""


def main() -> None:
    """Read dpkg's list, compare, mend, install."""
    module = AnsibleModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "required": True},
            "lock_timeout_seconds": {"type": "int", "default": 300},
        },
        supports_check_mode=True,
    )
    _, out, _ = module.run_command(QUERY, check_rc=True)
    wanted = missing(module.params["names"], out)
    try:
        interrupted, journal = dpkg.unfinished(runner())
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}")
    change = bool(wanted or interrupted or journal)
    if change and not module.check_mode:
        problem = install(wanted, module.params["lock_timeout_seconds"])
        if problem:
            module.fail_json(msg=problem, missing=wanted, interrupted=interrupted)
    before = "".join(f"{name}: {state}\n" for name, state in interrupted.items())
    diff = {"before": before, "after": "".join(f"{name}\n" for name in wanted)}
    module.exit_json(changed=change, missing=wanted, interrupted=interrupted, diff=diff)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Compare a live host with its plan."""

from __future__ import annotations

DOCUMENTATION = r"""
module: verify_host
short_description: Compare a live host with its plan
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Looks at containers, published ports, the settings that the stores run with, and asks the edge for every route.
  - Returns every difference as a finding, and fails when one of them is an error. Changes nothing.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: Changes nothing.
  idempotent:
    support: full
options:
  expect:
    description: What the host must show, C(holdfast_plan.expect).
    type: dict
    required: true
  timeout_seconds:
    description: How long one answer may take.
    type: int
    default: 20
  checklist:
    description: Whether to judge the systems' own security lists, too. What of them does not hold is a warning.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Compare the host with its plan
  holdfast.host.verify_host:
    expect: "{{ holdfast_plan.expect }}"
"""

RETURN = r"""
findings:
  description: What cannot be compared, with path, value, rule, hint and level. Differences fail the task.
  returned: success
  type: list
  elements: dict
checklist:
  description: The rows of the lists, each with key, source, asked, result and evidence; none without O(checklist).
  returned: always
  type: list
  elements: dict
addresses:
  description: The host's own addresses that others may know, of both versions of IP.
  returned: success
  type: list
  elements: str
looked_at:
  description: How much was compared.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.errors import errors, explain, line, warnings
from ansible_collections.holdfast.host.plugins.module_utils.verify import checklist, checklist_seen
from ansible_collections.holdfast.host.plugins.module_utils.verify.compare import compare, facts
from ansible_collections.holdfast.host.plugins.module_utils.verify.exposure import own_addresses
from ansible_collections.holdfast.host.plugins.module_utils.verify.observe import observe


def main() -> None:
    """Observe, compare, tell."""
    module = AnsibleModule(
        argument_spec={
            "expect": {"type": "dict", "required": True},
            "timeout_seconds": {"type": "int", "default": 20},
            "checklist": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    expect, timeout = module.params["expect"], module.params["timeout_seconds"]
    seen, rows = observe(expect, timeout), []
    if module.params["checklist"]:
        rows = checklist.judge(expect, seen | {"checklist": checklist_seen.observe(expect, timeout)})
    try:
        addresses = own_addresses(runner())
    except ValueError as problem:
        module.fail_json(msg=str(problem), looked_at=[], checklist=[])
    compared = compare(expect, seen)
    findings = [*compared, *checklist.findings(rows)]
    told = {"looked_at": facts(seen), "checklist": checklist.shown(rows)}
    wrong = errors(findings)
    # The checklist is shown row by row.
    for each in warnings(compared):
        module.warn(line(each))
    if wrong:
        msg = f"The host differs from its plan: {len(wrong)} finding(s).\n{explain(wrong)}"
        module.fail_json(msg=msg, **told)
    module.exit_json(changed=False, findings=[each.as_dict() for each in findings], addresses=addresses, **told)


if __name__ == "__main__":
    main()

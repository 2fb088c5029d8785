#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Compare a host with what a tier asks for, and refuse one that is too small."""

from __future__ import annotations

DOCUMENTATION = r"""
module: tier_check
short_description: Compare a host with the minimum of a tier
version_added: 1.0.0
description:
  - Measures the host and compares it with a tier of the catalogue, or with sizes that are given.
  - Every resource gets a line with what was measured, what is required, the margin and a verdict.
  - A cloud machine of 8 GB reports less than 8 GiB. Memory may therefore fall short by 8 percent, disks by 10 percent
    and the clock by 1 percent. CPUs may not.
  - What cannot be measured is V(unknown). It is told as a warning, it neither passes nor refuses.
author:
  - Holdfast contributors (@holdfast)
extends_documentation_fragment:
  - holdfast.host.attributes
  - holdfast.host.attributes.read_only
options:
  tier:
    description: Name of a tier of the catalogue, for example V(enterprise). Use either this or O(minimum).
    type: str
  tiers:
    description:
      - Tiers of your own by name, laid beside the catalogue; the same as C(holdfast_stack.tiers).
      - Each has C(cpus), C(memory) and C(disk), and may have C(clock) (MHz), C(ssd), C(raid), C(network) (Mbit/s),
        C(title), C(software) and C(components).
    type: dict
    default: {}
  minimum:
    description: Sizes to ask for, where no tier of the catalogue says it.
    type: dict
    suboptions:
      cpus:
        description: Number of CPUs, for example V(4) or V(0.5).
        type: str
        required: true
      memory:
        description: Memory, for example V(8GiB). Every unit is binary, so that 8GB is the same.
        type: str
        required: true
      disk:
        description: Size of the filesystem below O(disk_path), for example V(20GiB).
        type: str
        required: true
  need:
    description:
      - What the stack adds up to. The host must have the larger of this and of what the tier asks for.
      - RV(smallest_tier) is then the smallest tier that holds both.
    type: dict
    suboptions:
      cpus:
        description: Number of CPUs.
        type: str
      memory:
        description: Memory.
        type: str
      disk:
        description: Disk below O(disk_path).
        type: str
  mode:
    description: Whether a host that is too small fails the task (V(enforce)) or is only warned about (V(warn)).
    type: str
    choices: [enforce, warn]
    default: enforce
  disk_path:
    description:
      - Directory of the data. The filesystem that holds it is judged; the directory need not exist yet.
      - Its total size is compared with the tier, so that a host in use keeps its verdict.
    type: path
    default: /var/lib
  to_fit:
    description:
      - What has yet to be written below O(disk_path). That much must be free.
      - Without it, a tenth of the disk asked for must be free.
    type: str
seealso:
  - module: holdfast.host.host_capacity
"""

EXAMPLES = r"""
- name: Refuse a host that is too small for a team
  holdfast.host.tier_check:
    tier: enterprise

- name: Tell what is missing, and go on
  holdfast.host.tier_check:
    minimum:
      cpus: 4
      memory: 8GiB
      disk: 20GiB
    mode: warn

- name: Ask for a tier of your own
  holdfast.host.tier_check:
    tier: team
    tiers:
      team:
        cpus: 3
        memory: 6GiB
        disk: 15GiB

- name: Ask for more than the tier, because the stack adds up to more
  holdfast.host.tier_check:
    tier: local
    need:
      memory: 6GiB
    disk_path: /srv
"""

RETURN = r"""
verdict:
  description: The worst verdict of the checks, in the order V(short), V(unknown), V(tight), V(ok).
  returned: when the options are valid
  type: str
  sample: tight
checks:
  description: One entry for each thing that is asked for.
  returned: when the options are valid
  type: list
  elements: dict
  contains:
    resource:
      description: >-
        V(cpus), V(memory), V(disk), V(disk_free), and where asked for V(clock), V(ssd), V(raid), V(network), V(docker),
        V(compose).
      type: str
      sample: memory
    measured:
      description: What the host has, in RV(checks[].unit) or as text, or V(none) where it cannot be measured.
      type: raw
      sample: 8140000000
    required:
      description: What is asked for, in RV(checks[].unit) or as text.
      type: raw
      sample: 8589934592
    margin:
      description: Measured less required, V(none) where one of them is no number.
      type: float
      sample: -449934592
    verdict:
      description: V(ok), V(tight) (passes by the tolerance only), V(short) or V(unknown).
      type: str
      sample: tight
    unit:
      description: V(bytes), V(CPUs), V(MHz), V(Mbit/s), or empty for text.
      type: str
      sample: bytes
    reason:
      description: The comparison in one sentence.
      type: str
      sample: "7.6 GiB, asked for: 8 GiB; within the tolerance of 8%"
smallest_tier:
  description: Name of the smallest tier of one host that holds what is asked for, V(none) where none does.
  returned: when the options are valid
  type: str
  sample: enterprise
next_tier:
  description: Name of the next larger tier, V(none) where there is none.
  returned: when the options are valid
  type: str
  sample: enterprise-monitoring
findings:
  description: What is wrong or unknown, each with C(path), C(value), C(rule), C(hint) and C(level).
  returned: always
  type: list
  elements: dict
  sample: []
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils.errors import errors, explain, warnings
from ansible_collections.holdfast.host.plugins.module_utils.host import read_host
from ansible_collections.holdfast.host.plugins.module_utils.tier.options import Wanted, judge, read_wanted

SPEC = {
    "tier": {"type": "str"},
    "tiers": {"type": "dict", "default": {}},
    "minimum": {
        "type": "dict",
        "options": {name: {"type": "str", "required": True} for name in ("cpus", "memory", "disk")},
    },
    "need": {"type": "dict", "options": {name: {"type": "str"} for name in ("cpus", "memory", "disk")}},
    "mode": {"type": "str", "choices": ["enforce", "warn"], "default": "enforce"},
    "disk_path": {"type": "path", "default": "/var/lib"},
    "to_fit": {"type": "str"},
}


def report(module: AnsibleModule, wanted: Wanted) -> None:
    """Measure this host and leave: with the result, or with a failure that names every shortage."""
    try:
        result, found = judge(wanted, read_host(), module.params)
    except ValueError as error:
        module.fail_json(msg=f"This host cannot be measured: {error}", findings=[])
    for finding in warnings(found):
        module.warn(f"{finding.path}: {finding.rule}; {finding.hint}")
    if errors(found):
        module.fail_json(msg=f"This host is too small.\n{explain(errors(found))}", **result)
    module.exit_json(changed=False, **result)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec=SPEC,
        mutually_exclusive=[("tier", "minimum")],
        required_one_of=[("tier", "minimum")],
        supports_check_mode=True,
    )
    wanted, found = read_wanted(module.params)
    if wanted is None:
        wrong = [finding.as_dict() for finding in found]
        module.fail_json(msg=f"The options are not valid.\n{explain(found)}", findings=wrong)
    else:
        report(module, wanted)


if __name__ == "__main__":
    main()

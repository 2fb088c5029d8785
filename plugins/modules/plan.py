#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Documentation of the plan action; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: plan
short_description: Make the plan for a host, or refuse with every finding
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Reads the stack declaration and the Compose file on the controller, compares them with what was measured on the
    host, and decides everything that the roles apply.
  - Fails with all findings at once, each with its path, its value, the rule and what to do. Nothing is changed.
options:
  stack:
    description: The declaration, C(holdfast_stack).
    type: dict
    required: true
  host:
    description: What M(holdfast.host.host_capacity) returned as C(host). Not needed with O(size).
    type: dict
    default: {}
  size:
    description:
      - A machine that is thought of, instead of O(host), as a mapping of cpus, memory and disk; with O(advise) alone.
      - What is not given of it is assumed or unknown, and C(recommend.assumed) of RV(plan) says so.
    type: json
    default: ""
  advise:
    description:
      - Whether the plan is only looked at. It then comes with a recommendation and a picture, and also where findings
        refuse it, as far as the declaration can be read; RV(refusal) is to be told by a later task.
    type: bool
    default: false
  directory:
    description: Directory on the controller that relative paths of the declaration start from.
    type: path
    required: true
  provided:
    description: Names of the secrets whose values the inventory gives.
    type: list
    elements: str
    default: []
  tier_mode:
    description: Whether a host below its tier is refused or only told of.
    type: str
    choices: [enforce, warn]
    default: enforce
  docker_source:
    description: Where the engine is to come from, as the docker role has it.
    type: str
    choices: [docker, distro]
    default: docker
  plan_file:
    description: "Where the plan is to be kept on the controller, as JSON. Empty: nowhere."
    type: path
    default: ""
  picture_file:
    description: "Where a picture is to be kept on the controller; the name ends in .html or .svg. Empty: nowhere."
    type: path
    default: ""
extends_documentation_fragment:
  - holdfast.host.attributes
  - holdfast.host.attributes.read_only
"""

EXAMPLES = r"""
- name: Measure the host
  holdfast.host.host_capacity:
  register: capacity

- name: Make the plan
  holdfast.host.plan:
    stack: "{{ holdfast_stack }}"
    host: "{{ capacity.host }}"
    directory: "{{ inventory_dir }}"
"""

RETURN = r"""
plan:
  description: Everything that was decided, a JSON-able dict without any secret; the roles read it as C(holdfast_plan).
  returned: when nothing refuses the run
  type: dict
files:
  description:
    - The files that were written on the controller. Where the play has several hosts, the host's name stands in each
      name.
  returned: success
  type: list
  elements: path
refusal:
  description: What refuses a plan that is only looked at, as text; empty where nothing does.
  returned: success
  type: str
findings:
  description: What was found and refuses nothing, with path, value, rule, hint and level. A refusal names its own.
  returned: success
  type: list
  elements: dict
"""

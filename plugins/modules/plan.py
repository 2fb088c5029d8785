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
    description: What M(holdfast.host.host_capacity) returned as C(host).
    type: dict
    required: true
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
extends_documentation_fragment: holdfast.host.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
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
findings:
  description: What was found and refuses nothing, with path, value, rule, hint and level. A refusal names its own.
  returned: success
  type: list
  elements: dict
"""

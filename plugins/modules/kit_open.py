#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kit_open
short_description: Open a recovery kit on the controller
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Decrypts what M(holdfast.host.kit) wrote, puts its files into a directory of their own on the controller, and
    returns the variables that the roles need to make a bare host what the lost one was.
  - A wrong password, a truncated or altered kit, one of a newer format, and a directory that holds anything else are
    told apart and refused before anything is written. No file leaves the directory, and none is written through a link.
  - A second run goes on with the same directory. A file there that somebody has changed since is left as it is, with a
    warning.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: none
    details: The files are the controller's, and what would become of the host is planned from them.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  password:
    description: What the kit was encrypted with.
    type: str
    required: true
  path:
    description: The kit on the controller.
    type: path
    required: true
  into:
    description: "The directory to open it into. Empty: C(recovered-STACK) where the run was started."
    type: path
    default: ""
notes:
  - RV(variables) and RV(secrets) hold values, so the result is hidden as if the task had C(no_log). A refusal is shown.
seealso:
  - module: holdfast.host.kit
"""

EXAMPLES = r"""
- name: Open the recovery kit
  holdfast.host.kit_open:
    path: kits/pydotorg.kit
    password: "{{ backup_kit_password }}"
  register: opened

- name: Plan with what is in it
  holdfast.host.plan:
    stack: "{{ opened.variables.holdfast_stack }}"
    host: "{{ capacity.host }}"
    directory: "{{ opened.variables.preflight_directory }}"
    provided: "{{ opened.variables.app_secrets | list }}"
  register: planned

- name: Give the bare host the secrets of the lost one, before a role makes new ones
  holdfast.host.secrets:
    directory: "{{ planned.plan.paths.secrets }}"
    names: "{{ opened.names }}"
    provided: "{{ opened.secrets }}"
    replace: false
"""

RETURN = r"""
variables:
  description:
    - By name, what the inventory of the lost host said, with C(preflight_directory), C(edge_directory), and
      C(app_secrets), which has the secrets that the user gives.
  returned: success
  type: dict
secrets:
  description: Every secret of the lost host by name, for M(holdfast.host.secrets) to give to a bare one.
  returned: success
  type: dict
names:
  description: Their names, as M(holdfast.host.secrets) takes them.
  returned: success
  type: list
  elements: dict
  sample: [{name: BACKUP_KEY}]
directory:
  description: Where the files are.
  returned: success
  type: str
  sample: /home/ops/recovered-pydotorg
stack:
  description: Name of the stack.
  returned: success
  type: str
  sample: pydotorg
written:
  description: When the kit was written, UTC.
  returned: success
  type: str
  sample: "2026-11-01T02:00:00Z"
files:
  description: Names of the files that were written.
  returned: success
  type: list
  elements: str
left:
  description: Names of the files that somebody has changed and that are left as they are.
  returned: success
  type: list
  elements: str
"""

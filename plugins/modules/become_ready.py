#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Documentation of the become_ready action; the work is done by commands of the login shell."""

from __future__ import annotations

DOCUMENTATION = r"""
module: become_ready
short_description: Become root once, or say why that fails and what to do
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Tries C(become) as the task declares it. Where that fails, looks without root at who logs in and which C(sudo) the
    host has, and fails with path, value, rule and what to do.
  - Tells apart a password that is missing, one that does not help, a login that needs none but has no sudo, a method
    that does not work, and sudo-rs, whose question for a password some releases of ansible-core do not understand.
  - Needs no Python on the host, and changes nothing.
options:
  required:
    description: Whether a login that is not root and becomes nobody is refused.
    type: bool
    default: true
extends_documentation_fragment:
  - holdfast.host.attributes
  - holdfast.host.attributes.read_only
notes:
  - Where sudo asks for a password, a failed try is in the host's own log.
"""

EXAMPLES = r"""
- name: Become root
  holdfast.host.become_ready:
  become: true
"""

RETURN = r"""
"""

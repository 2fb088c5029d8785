#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Try every TCP port of addresses from here, and compare what answers with what is declared."""

from __future__ import annotations

DOCUMENTATION = r"""
module: exposure
short_description: Try every TCP port of addresses from here, and compare what answers with what is declared
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Connects to each of the 65535 ports of each address from where it runs, so it is to be delegated to the controller
    or to another stranger. It sends nothing over the connections.
  - Fails where a port answers that is not declared, or where one does not that must answer everybody.
  - Fails also where the look proves nothing, that is where an address of a name cannot be tried from here, or nothing
    at all answers there although ports are declared. Beside an address that answers, one of IPv6 is told and is no
    failure.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
    details: It looks in check mode too.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  names:
    description: Host names or addresses by which the host is reached from here. All addresses of a name are tried.
    type: list
    elements: str
    required: true
  others:
    description: The host's other addresses. Where nothing at all answers on one of them, that is told and no failure.
    type: list
    elements: str
    default: []
  declared:
    description: The TCP ports that may answer.
    type: list
    elements: int
    default: []
  answering:
    description: The TCP ports that must answer everybody over IPv4.
    type: list
    elements: int
    default: []
"""

EXAMPLES = r"""
- name: Look at the host as a stranger does
  holdfast.host.exposure:
    names: ["{{ ansible_host }}"]
    declared: [22, 80, 443]
    answering: [80, 443]
  delegate_to: localhost
  become: false
"""

RETURN = r"""
open:
  description: The open ports by address.
  returned: always
  type: dict
  sample: {203.0.113.7: [22, 80, 443]}
findings:
  description: What was told and is no failure, each with path, value, rule, hint and level.
  returned: success
  type: list
  elements: dict
"""

import socket

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils.errors import errors, explain
from ansible_collections.holdfast.host.plugins.module_utils.scan import scan
from ansible_collections.holdfast.host.plugins.module_utils.verify.exposure import compare, look


def addresses(names: list[str]) -> list[str]:
    """Return the addresses of host names, in the order of the resolver. Raises OSError for a name that has none."""
    found = [row[4][0] for name in names for row in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)]
    return [str(each) for each in dict.fromkeys(found)]


def main() -> None:
    """Look, compare, tell."""
    ports = {"type": "list", "elements": "int", "default": []}
    module = AnsibleModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "required": True},
            "others": {"type": "list", "elements": "str", "default": []},
            "declared": ports,
            "answering": ports,
        },
        supports_check_mode=True,
    )
    options = module.params
    try:
        tried = dict.fromkeys(addresses(options["names"]), True)
        seen = look(dict.fromkeys(options["others"], False) | tried, scan)
    except OSError as problem:
        module.fail_json(msg=str(problem), open={})
    findings, found = compare(options, seen), {each.address: list(each.ports) for each in seen}
    wrong = errors(findings)
    if wrong:
        module.fail_json(msg=f"A stranger finds {len(wrong)} difference(s).\n{explain(wrong)}", open=found)
    module.exit_json(changed=False, open=found, findings=[finding.as_dict() for finding in findings])


if __name__ == "__main__":
    main()

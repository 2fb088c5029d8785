#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Have networks that no Compose project owns."""

from __future__ import annotations

DOCUMENTATION = r"""
module: networks
short_description: Have networks that no Compose project owns
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Makes bridge networks that several Compose projects share as external ones, and that have to be there before the
    first of these is started.
  - Removes those that it made under the same O(label) and that are not wanted any more, once no container is on them.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
    details: Where Docker is not there yet, all networks are reported as to be made.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  label:
    description: Whose networks they are; others' are left alone.
    type: str
    required: true
  networks:
    description: All networks that are wanted under this label.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Its name.
        type: str
        required: true
      bridge:
        description: Its interface on the host, at most 15 characters.
        type: str
        required: true
      internal:
        description: Whether it has no way out.
        type: bool
        required: true
      subnet:
        description: Its subnet; the engine chooses one where none is given.
        type: str
      gateway:
        description: The host's address on it.
        type: str
"""

EXAMPLES = r"""
- name: Have the networks of services with a list
  holdfast.host.networks:
    label: shop
    networks:
      - {name: shop-egress-api, bridge: hfe0a1b2c3d, internal: true, subnet: 10.213.7.0/24, gateway: 10.213.7.1}
"""

RETURN = r"""
actions:
  description: The commands that were run, or would be in check mode.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.networks import Network, NetworkError, ask, plan

SPEC = {
    "label": {"type": "str", "required": True},
    "networks": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "bridge": {"type": "str", "required": True},
            "internal": {"type": "bool", "required": True},
            "subnet": {"type": "str"},
            "gateway": {"type": "str"},
        },
    },
}


def main() -> None:
    """Read, compare, make and remove."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    run, label = runner(), module.params["label"]
    wanted = [Network(**each) for each in module.params["networks"]]
    try:
        if module.check_mode and not module.get_bin_path("docker"):
            commands = [each.command(label) for each in wanted]
        else:
            commands = plan(run, wanted, label)
            for command in commands if not module.check_mode else ():
                ask(run, command)
    except NetworkError as error:
        module.fail_json(msg=f"The networks could not be made: {error}")
    module.exit_json(changed=bool(commands), actions=[" ".join(command) for command in commands])


if __name__ == "__main__":
    main()

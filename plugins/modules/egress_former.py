#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Tell which services with a list are still on the networks of an earlier one."""

from __future__ import annotations

DOCUMENTATION = r"""
module: egress_former
short_description: Tell which services with a list are still on the networks of an earlier one
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - A list that changes its mode, or goes, gives its service other networks, on which its containers are once they are
    replaced. This tells which of the networks that M(holdfast.host.networks) made are not wanted any more and have
    containers yet, and what the gate's configuration says of the services on them.
  - It changes nothing.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
    details: Where Docker is not there yet, no container is on any network.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  label:
    description: Whose networks they are, as given to M(holdfast.host.networks).
    type: str
    required: true
  networks:
    description: The names of all networks that are wanted under this label.
    type: list
    elements: str
    required: true
  config:
    description: The gate's configuration, as it lies there before it is written anew.
    type: path
    default: /etc/holdfast/egress/gate.json
"""

EXAMPLES = r"""
- name: See who is still on the networks of an earlier list
  holdfast.host.egress_former:
    label: shop
    networks: [shop-egress-api]
  register: former
"""

RETURN = r"""
networks:
  description: The networks that are not wanted and have containers, each with name, bridge and internal.
  returned: always
  type: list
  elements: dict
services:
  description: What the gate's configuration says of the services on them.
  returned: always
  type: list
  elements: dict
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.egress_former import former
from ansible_collections.holdfast.host.plugins.module_utils.networks import NetworkError


def main() -> None:
    """Ask the engine, read what the gate knows, tell."""
    module = AnsibleModule(
        argument_spec={
            "label": {"type": "str", "required": True},
            "networks": {"type": "list", "elements": "str", "required": True},
            "config": {"type": "path", "default": "/etc/holdfast/egress/gate.json"},
        },
        supports_check_mode=True,
    )
    found: dict[str, object] = {"networks": [], "services": []}
    options = module.params
    try:
        if not module.check_mode or module.get_bin_path("docker"):
            found = former(runner(), Path(options["config"]), options["networks"], options["label"])
    except (NetworkError, OSError) as error:
        module.fail_json(msg=f"The networks of earlier lists could not be read: {error}", **found)
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Tell where a Compose project's containers differ from its files."""

from __future__ import annotations

DOCUMENTATION = r"""
module: project_drift
short_description: Tell where a Compose project's containers differ from its files
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Compares each service's definition, image and number of containers with what runs, and changes nothing.
  - C(docker compose up) starts a container again that has done its work, so that a migration would run with every
    run. Where nothing differs there is nothing to bring up.
extends_documentation_fragment:
  - holdfast.host.attributes
  - holdfast.host.attributes.read_only
options:
  project:
    description: Name of the Compose project.
    type: str
    required: true
  directory:
    description: Where its Compose file lies, on the host.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: See whether the application runs as it is written
  holdfast.host.project_drift:
    project: pydotorg-blue
    directory: /etc/holdfast/app
  register: state

- name: Bring it up
  community.docker.docker_compose_v2:
    project_src: /etc/holdfast/app
  when: state.differs is truthy
"""

RETURN = r"""
differs:
  description: What differs, a line each. Empty where the project runs as its files say.
  type: list
  elements: str
  returned: success
  sample: ["web: 1 of 2 containers"]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.containers import NotThereError, of_project
from ansible_collections.holdfast.host.plugins.module_utils.project_drift import drift, wanted


def main() -> None:
    """Read both sides and compare."""
    module = AnsibleModule(
        argument_spec={"project": {"type": "str", "required": True}, "directory": {"type": "path", "required": True}},
        supports_check_mode=True,
    )
    run = runner()
    try:
        containers = of_project(run, module.params["project"])
        differs = drift(wanted(run, module.params["directory"]), containers)
    except (NotThereError, ValueError) as problem:
        if not module.check_mode:
            module.fail_json(msg=str(problem))
        # Check mode on a host where the engine or the files are not there yet.
        differs = [str(problem)]
    module.exit_json(changed=False, differs=differs)


if __name__ == "__main__":
    main()

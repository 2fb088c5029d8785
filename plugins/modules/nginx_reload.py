#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Reload nginx in a container where it does not run the wanted configuration."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nginx_reload
short_description: Reload nginx in a container where it does not run the wanted configuration
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Asks the running nginx which configuration it has loaded. The configuration answers a hash of itself at O(url).
  - Where that is not O(wanted), tests the files (C(nginx -t)), reloads, and waits until O(wanted) is answered.
  - The decision is taken from what runs, so a run that was interrupted before its reload is made good by the next one.
  - Where the test fails, nothing is reloaded and the run fails with nginx's own message.
extends_documentation_fragment:
  - holdfast.host.attributes
  - holdfast.host.container
attributes:
  check_mode:
    support: full
    details: Where Docker or the container is not there yet, RV(ignore:changed) is false and RV(message) says so.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  wanted:
    description: The text that the wanted configuration answers.
    type: str
    required: true
  url:
    description: Where it answers, as seen from inside the container. Only the container's loopback address should be
      served.
    type: str
    default: http://127.0.0.1:8081/config
  config:
    description: The main configuration file, where nginx was started with another than the one compiled in.
    type: str
    default: ""
  timeout_seconds:
    description: How long to wait for the new configuration after a reload.
    type: int
    default: 30
"""

EXAMPLES = r"""
- name: Have nginx run the rendered configuration
  holdfast.host.nginx_reload:
    project: holdfast-edge
    service: nginx
    wanted: "{{ __edge_tree.hashes['/srv/edge/nginx/nginx.conf'] }}"
"""

RETURN = r"""
running:
  description: The hash that nginx answered before, empty where it answered none.
  type: str
  returned: success
  sample: 0f343b0931126a20f133d67c2b018a3b
message:
  description: What was found or done, for people.
  type: str
  returned: success
  sample: nginx runs the wanted configuration
seconds:
  description: How long the reload took to be answered.
  type: float
  returned: success
  sample: 0.4
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.containers import NotThereError, the_one
from ansible_collections.holdfast.host.plugins.module_utils.reload import Nginx, ReloadError

SPEC: dict[str, Any] = {
    "container": {"type": "str"},
    "project": {"type": "str"},
    "service": {"type": "str"},
    "wanted": {"type": "str", "required": True},
    "url": {"type": "str", "default": "http://127.0.0.1:8081/config"},
    "config": {"type": "str", "default": ""},
    "timeout_seconds": {"type": "int", "default": 30},
}


def main() -> None:
    """Ask, compare, reload."""
    module = AnsibleModule(
        argument_spec=SPEC,
        supports_check_mode=True,
        mutually_exclusive=[("container", "project")],
        required_one_of=[("container", "project")],
        required_together=[("project", "service")],
    )
    run, wanted, seconds = runner(), module.params["wanted"].strip(), 0.0
    try:
        container = the_one(run, module.params)
        prefix = ["docker", "exec", container.id]
        nginx = Nginx(run=run, prefix=prefix, url=module.params["url"], config=module.params["config"])
        running = nginx.running()
        change = running != wanted
        if change and not module.check_mode:
            seconds = nginx.reload(wanted, module.params["timeout_seconds"])
    except NotThereError as error:
        if module.check_mode:
            module.exit_json(changed=False, running="", message=f"The container is not there yet: {error}", seconds=0.0)
        module.fail_json(msg=str(error))
    except (ReloadError, ValueError) as error:
        module.fail_json(msg=str(error))
    message = "nginx runs the wanted configuration" if not change else "nginx was reloaded"
    if change and module.check_mode:
        message = "nginx would be reloaded"
    diff = {"before": f"{running}\n", "after": f"{wanted}\n"}
    module.exit_json(changed=change, running=running, message=message, seconds=round(seconds, 2), diff=diff)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Wait until the services of a Compose project are healthy."""

from __future__ import annotations

DOCUMENTATION = r"""
module: service_health
short_description: Wait until the services of a Compose project are healthy
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Waits until every container of each service runs, is healthy where it has a Docker health check, and answers 200
    to 399 on its own
    address where O(services[].port) is given.
  - A container that has exited with 0 and is never restarted has done its work and counts as healthy.
  - Stops waiting as soon as a container has failed for good, and shows its last lines.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
    details: Looks once and does not wait. Where Docker or a container is not there yet, RV(message) says so.
  diff_mode:
    support: none
    details: Changes nothing.
  idempotent:
    support: full
options:
  project:
    description: Name of the Compose project.
    type: str
    required: true
  services:
    description: The services to wait for.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the Compose service.
        type: str
        required: true
      port:
        description: Port within the container that answers HTTP. Asked from the host, on the container's address.
        type: int
      path:
        description: Path to ask for.
        type: str
        default: /
      replicas:
        description: Number of containers there must be.
        type: int
        default: 1
  timeout_seconds:
    description: How long to wait, for all services together.
    type: int
    default: 120
"""

EXAMPLES = r"""
- name: Wait for the application
  holdfast.host.service_health:
    project: pydotorg-blue
    services:
      - name: web
        port: 8000
        path: /health
        replicas: 2
      - name: worker
    timeout_seconds: 180
"""

RETURN = r"""
services:
  description: One entry for each service.
  type: dict
  returned: always
  contains:
    state:
      description: V(healthy), V(done), V(waiting), V(failed) or V(missing).
      type: str
    seconds:
      description: When the service was first seen healthy, counted from the start of the wait.
      type: float
    containers:
      description: Names of its containers.
      type: list
      elements: str
    reason:
      description: Why it is not healthy, empty where it is.
      type: str
    failing:
      description: Names of the containers that are not healthy.
      type: list
      elements: str
  sample: {web: {state: healthy, seconds: 4.1, containers: [pydotorg-blue-web-1], reason: "", failing: []}}
message:
  description: What was found, for people.
  type: str
  returned: success
  sample: 2 services are healthy
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils.command import Run, runner
from ansible_collections.holdfast.host.plugins.module_utils.containers import NotThereError, of_project
from ansible_collections.holdfast.host.plugins.module_utils.service_states import (
    GOOD,
    Service,
    Verdict,
    explain,
    wait,
)

SERVICE: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "port": {"type": "int"},
    "path": {"type": "str", "default": "/"},
    "replicas": {"type": "int", "default": 1},
}
SPEC: dict[str, Any] = {
    "project": {"type": "str", "required": True},
    "services": {"type": "list", "elements": "dict", "required": True, "options": SERVICE},
    "timeout_seconds": {"type": "int", "default": 120},
}


def last_lines(run: Run, verdicts: dict[str, Verdict]) -> dict[str, str]:
    """Return the last 20 lines of each failing container, at most 4000 characters each."""
    names = [name for verdict in verdicts.values() for name in verdict.failing]
    results = {name: run(["docker", "logs", "--tail", "20", name], "") for name in names}
    return {name: (result.out + result.err).strip()[-4000:] for name, result in results.items()}


def main() -> None:
    """Wait, and say what was seen."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    run, project = runner(), module.params["project"]
    services = [Service(**item) for item in module.params["services"]]
    timeout = 0 if module.check_mode else module.params["timeout_seconds"]
    try:
        verdicts = wait(services, lambda: of_project(run, project), timeout)
    except NotThereError as error:
        if module.check_mode:
            module.exit_json(changed=False, services={}, message=f"Docker is not there yet: {error}")
        module.fail_json(msg=str(error), services={})
    states = {name: verdict.as_dict() for name, verdict in verdicts.items()}
    bad = [name for name, verdict in verdicts.items() if verdict.state not in GOOD]
    if module.check_mode and bad:
        module.exit_json(changed=False, services=states, message="Not healthy yet: " + explain(verdicts, {}))
    if bad:
        msg = f"Not healthy in project {project}:\n" + explain(verdicts, last_lines(run, verdicts))
        module.fail_json(msg=msg, services=states)
    module.exit_json(changed=False, services=states, message=f"{len(states)} services are healthy")


if __name__ == "__main__":
    main()

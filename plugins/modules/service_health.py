#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Wait until the services of a Compose project are healthy."""

from __future__ import annotations

DOCUMENTATION = r"""
module: service_health
short_description: Wait until the services of a Compose project are healthy
version_added: "0.1.0"
author: the Holdfast contributors (@holdfast)
description:
  - Waits until every container of each service runs, is healthy where it has a Docker health check, and answers 200 to 399 on its own
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
  sample: {web: {state: healthy, seconds: 4.1, containers: [pydotorg-blue-web-1], reason: ""}}
message:
  description: What was found, for people.
  type: str
  returned: success
  sample: 2 services are healthy
"""

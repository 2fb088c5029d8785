#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Have a running store take its settings without a restart."""

from __future__ import annotations

DOCUMENTATION = r"""
module: store_settings
short_description: Have a running PostgreSQL or Redis take its settings without a restart
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Asks the running server for its settings and compares those that it can take while it runs with O(settings).
  - Where one differs, PostgreSQL is told to read its configuration file, and Redis is given each of them with
    C(CONFIG SET). Then waits until the server says that it runs with them.
  - The decision is taken from what runs, so a run that was interrupted before its reload is made good by the next one.
  - Settings that only a restart changes are left alone. Restart the container for them.
  - PostgreSQL also reads its file again where a setting is in use that is not in O(settings) any more. Redis has no way
    to tell its default, so such a setting stays until its next restart.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
    details: Where Docker or the container is not there yet, RV(ignore:changed) is false and RV(message) says so.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  kind:
    description: Which server it is. Valkey is V(redis).
    type: str
    choices: [postgres, redis]
    required: true
  project:
    description: Name of the Compose project.
    type: str
    required: true
  service:
    description: Name of the Compose service within O(project). It must have one running container.
    type: str
    required: true
  settings:
    description: The settings, with their names and values as the configuration file has them. Other keys are ignored.
    type: list
    elements: dict
    required: true
  version:
    description: The server's major version. Some settings can be reloaded from a version on.
    type: int
    required: true
  superuser:
    description: Whom PostgreSQL is asked as, over its socket.
    type: str
    default: postgres
  timeout_seconds:
    description: How long to wait until the server runs with the settings.
    type: int
    default: 30
"""

EXAMPLES = r"""
- name: Have PostgreSQL take what needs no restart
  holdfast.host.store_settings:
    kind: postgres
    project: shop-stores
    service: db
    superuser: holdfast
    version: 18
    settings:
      - name: work_mem
        value: 8MB
"""

RETURN = r"""
settings:
  description: Names of the settings that differed.
  type: list
  elements: str
  returned: success
  sample: [work_mem]
message:
  description: What was found or done, for people.
  type: str
  returned: success
  sample: the server took 1 setting
seconds:
  description: How long the server took.
  type: float
  returned: success
  sample: 0.2
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.containers import NotThereError, the_one
from ansible_collections.holdfast.host.plugins.module_utils.store_settings import (
    Postgres,
    Redis,
    Server,
    StoreError,
    settle,
)

SPEC: dict[str, Any] = {
    "kind": {"type": "str", "choices": ["postgres", "redis"], "required": True},
    "project": {"type": "str", "required": True},
    "service": {"type": "str", "required": True},
    "settings": {"type": "list", "elements": "dict", "required": True},
    "version": {"type": "int", "required": True},
    "superuser": {"type": "str", "default": "postgres"},
    "timeout_seconds": {"type": "int", "default": 30},
}


def _server(options: dict[str, Any]) -> Server:
    run = runner()
    prefix = ["docker", "exec", "-i", the_one(run, options).id]
    wanted = {str(each["name"]): str(each["value"]) for each in options["settings"]}
    if options["kind"] == "redis":
        return Redis(run=run, prefix=prefix, wanted=wanted)
    named = {"superuser": options["superuser"], "version": options["version"]}
    return Postgres(run=run, prefix=prefix, wanted=wanted, **named)


def main() -> None:
    """Ask, compare, tell."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    seconds = 0.0
    try:
        server = _server(module.params)
        before = server.state()
        change = bool(before.differing)
        if change and not module.check_mode:
            seconds = settle(server, before, module.params["timeout_seconds"])
    except NotThereError as error:
        if module.check_mode:
            module.exit_json(changed=False, settings=[], message=f"It is not there yet: {error}", seconds=0.0)
        module.fail_json(msg=str(error))
    except (StoreError, ValueError) as error:
        module.fail_json(msg=str(error))
    count = len(before.differing)
    done = "would take" if module.check_mode else "took"
    message = f"the server {done} {count} setting(s)" if change else "the server runs with its settings"
    diff = {"before": before.lines(0), "after": before.lines(1)}
    named = sorted(before.differing)
    module.exit_json(changed=change, settings=named, message=message, seconds=round(seconds, 2), diff=diff)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Generate secrets on the host once, and write environment files from them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: secrets
short_description: Generate secrets on the host once, and write environment files from them
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Each name of O(names) is a file of that name in O(directory), without a newline at its end. A missing one
    is generated
    by the operating system's random source. One that exists is never replaced by a generated value.
  - A value of O(provided) wins over the file, and replaces it where it differs.
  - Environment files are written for C(docker compose), from templates that refer to secrets.
  - No value is ever returned, logged, passed as a command's argument or shown in a diff. The diff holds names
    and metadata only.
  - Files are made with mode 0600 from their first moment and renamed or linked into place.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
    details: RV(versions) leaves out secrets that do not exist yet.
  diff_mode:
    support: full
    details: Shows names, modes and owners, never values.
  idempotent:
    support: full
options:
  directory:
    description: Where the secrets lie. Made, and kept, as mode 0700 of root.
    type: path
    required: true
  names:
    description: The secrets that must exist.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the secret and of its file. Letters, digits, C(_), C(-) and C(.), not starting with a dot.
        type: str
        required: true
      length:
        description: Number of characters to generate, 16 at least.
        type: int
        default: 32
      kind:
        description: V(urlsafe) draws from letters, digits, C(_) and C(-) and starts with a letter or digit.
          V(hex) draws from C(0-9a-f).
        type: str
        choices: [urlsafe, hex]
        default: urlsafe
      owner:
        description: Name or number of the file's owner.
        type: str
        default: "0"
      group:
        description: Name or number of the file's group.
        type: str
        default: "0"
      mode:
        description: Octal mode of the file, as text.
        type: str
        default: "0400"
      from_previous:
        description: Name of an older secret whose value is taken over where this one does not exist yet. The
          older file stays.
        type: str
  provided:
    description:
      - Values by name, of Ansible Vault for example. Each name must stand in O(names). Empty values are refused.
      - Where a value stops being provided, the file keeps it.
    type: dict
    default: {}
  env_files:
    description: Environment files to write.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Absolute path. The directory must exist, or is made as 0755 of root.
        type: path
        required: true
      variables:
        description:
          - Templates by variable. C(${secret:NAME}) is replaced by the secret of that name of O(names).
            Everything else is literal.
          - Values are quoted so that Compose reads them literally, whatever they hold. Characters that its
            format cannot hold are refused.
        type: dict
      content:
        description:
          - A template for the file as it is, instead of O(env_files[].variables), for a server's own configuration
            that holds a secret. C(${secret:NAME}) is replaced; nothing is quoted, so a value with a quote or white
            space is refused, unless the file is nothing but the secret.
        type: str
      mode:
        description: Octal mode of the file, as text.
        type: str
        default: "0400"
      owner:
        description: Name or number of the file's owner.
        type: str
        default: "0"
      group:
        description: Name or number of the file's group.
        type: str
        default: "0"
  absent_env_files:
    description: Environment files that must not exist.
    type: list
    elements: path
    default: []
"""

EXAMPLES = r"""
- name: Make the passwords of the stores
  holdfast.host.secrets:
    directory: /etc/holdfast/secrets
    names:
      - name: postgres_app
      - name: redis
        kind: hex
        length: 48
      - name: django_secret_key
        length: 50
    provided: "{{ vault_secrets | default({}) }}"
    env_files:
      - path: /srv/app/app.env
        variables:
          DATABASE_URL: "postgres://app:${secret:postgres_app}@postgres:5432/app"
          REDIS_URL: "redis://:${secret:redis}@redis:6379/0"
    absent_env_files:
      - /srv/app/old.env
  register: __stores_secrets
"""

RETURN = r"""
names:
  description: Names of the secrets that exist after the run, or would.
  type: list
  elements: str
  returned: success
  sample: [postgres_app, redis]
created:
  description: Names of the secrets that were made.
  type: list
  elements: str
  returned: success
  sample: [redis]
replaced:
  description: Names of the secrets whose value was replaced by a provided one.
  type: list
  elements: str
  returned: success
  sample: []
paths:
  description: Every path that changed or would change.
  type: list
  elements: str
  returned: success
  sample: [/etc/holdfast/secrets/redis]
versions:
  description:
    - Twelve hexadecimal digits by name, which change when the value does. Made with a key that never leaves
      the host, so
      that they tell nothing about the value. Meant for labels that recreate a container.
  type: dict
  returned: success
  sample: {redis: 5f1c0a92be77}
env_versions:
  description: The same for each environment file, by path.
  type: dict
  returned: success
  sample: {/srv/app/app.env: 91d2a7700c3e}
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils import secret_files, secret_store
from ansible_collections.holdfast.host.plugins.module_utils.errors import explain

OWNED: dict[str, Any] = {
    "mode": {"type": "str", "default": "0400"},
    "owner": {"type": "str", "default": "0"},
    "group": {"type": "str", "default": "0"},
}
NAME: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "length": {"type": "int", "default": 32},
    "kind": {"type": "str", "choices": ["urlsafe", "hex"], "default": "urlsafe"},
    "from_previous": {"type": "str"},
}
ENV_FILE: dict[str, Any] = {
    "path": {"type": "path", "required": True},
    "variables": {"type": "dict"},
    "content": {"type": "str"},
}
ONE_OF = {"mutually_exclusive": [("variables", "content")], "required_one_of": [("variables", "content")]}
SPEC: dict[str, Any] = {
    "directory": {"type": "path", "required": True},
    "names": {"type": "list", "elements": "dict", "default": [], "options": NAME | OWNED},
    "provided": {"type": "dict", "default": {}, "no_log": True},
    "env_files": {"type": "list", "elements": "dict", "default": [], "options": ENV_FILE | OWNED, **ONE_OF},
    "absent_env_files": {"type": "list", "elements": "path", "default": []},
}


def main() -> None:
    """Read, decide, write."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    wanted, findings = secret_store.parse(module.params, lenient=module.check_mode)
    if findings:
        module.fail_json(msg="Nothing was changed.\n" + explain(findings), findings=[f.as_dict() for f in findings])
    try:
        plan = secret_files.plan(wanted, make=not module.check_mode)
        if not module.check_mode:
            secret_files.apply(wanted, plan.steps)
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}")
    except ValueError as error:
        module.fail_json(msg=str(error))
    headers = [{"before_header": str(s.path), "after_header": str(s.path)} for s in plan.steps]
    module.exit_json(
        changed=bool(plan.steps),
        names=[secret.name for secret in wanted.names],
        created=list(plan.values.created),
        replaced=list(plan.values.replaced),
        paths=[str(step.path) for step in plan.steps],
        versions=plan.versions,
        env_versions=plan.env_versions,
        diff=[{"before": s.before, "after": s.after} | h for s, h in zip(plan.steps, headers, strict=True)],
    )


if __name__ == "__main__":
    main()

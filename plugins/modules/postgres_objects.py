#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Roles, databases and extensions of a PostgreSQL server in a container."""

from __future__ import annotations

DOCUMENTATION = r"""
module: postgres_objects
short_description: Roles, databases and extensions of a PostgreSQL server in a container
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Reads the server's state in one query, and each database's in one more, and changes what differs.
  - Talks to C(psql) inside the container over standard input. It needs no library on the host and no published port.
  - Passwords are read from files on the host. Only their SCRAM-SHA-256 verifiers reach the server, and the
    statements are kept out of its log.
  - A password is changed only where the verifier that the server holds does not fit it.
  - Nobody but the owner, the roles of O(databases[].connect) and superusers may connect to a database of O(databases).
    Its schema C(public) belongs to the owner.
  - Nothing is ever dropped.
extends_documentation_fragment:
  - holdfast.host.attributes
  - holdfast.host.container
attributes:
  check_mode:
    support: full
    details: Where Docker or the container is not there yet, everything is reported as to be made.
  diff_mode:
    support: full
    details: Shows the state of each object, never a password or its verifier.
  idempotent:
    support: full
options:
  command:
    description: The command that C(psql) is put behind, in place of C(docker exec). For servers outside containers.
    type: list
    elements: str
  superuser:
    description: The role to log in as, over the server's local socket.
    type: str
    default: postgres
  timeout_seconds:
    description: How long to wait for the server to accept a connection.
    type: int
    default: 60
  roles:
    description: The roles that must exist.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the role.
        type: str
        required: true
      password_file:
        description: File on the host that holds the password. One newline at its end is not part of it. Without it
          the password is left alone.
        type: path
      login:
        description: Whether the role may log in.
        type: bool
        default: true
      connection_limit:
        description: Most connections at once. V(-1) is no limit.
        type: int
        default: -1
      member_of:
        description: Roles that this one is a member of, such as C(pg_monitor). Other memberships are left alone.
        type: list
        elements: str
        default: []
  databases:
    description: The databases that must exist.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the database.
        type: str
        required: true
      owner:
        description: The role that owns it.
        type: str
        required: true
      extensions:
        description: Extensions that must be there. Their versions are left alone.
        type: list
        elements: str
        default: []
      encoding:
        description: Encoding of a database that is made. One that exists with another encoding fails the run.
        type: str
        default: UTF8
      connect:
        description: Further roles that may connect.
        type: list
        elements: str
        default: []
"""

EXAMPLES = r"""
- name: Make the application's role and database
  holdfast.host.postgres_objects:
    project: holdfast-stores
    service: postgres
    roles:
      - name: app
        password_file: /etc/holdfast/secrets/postgres_app
        connection_limit: 40
      - name: exporter
        password_file: /etc/holdfast/secrets/postgres_exporter
        member_of: [pg_monitor]
    databases:
      - name: app
        owner: app
        extensions: [vector, pg_trgm]
        connect: [exporter]
"""

RETURN = r"""
changes:
  description: What was done or would be done, one line each, without passwords.
  type: list
  elements: str
  returned: success
  sample: [make role app, make database app, make extension vector in database app]
server_version:
  description: The server's version, empty where no server was there to ask.
  type: str
  returned: success
  sample: "18.1"
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils import pg_objects
from ansible_collections.holdfast.host.plugins.module_utils.command import runner
from ansible_collections.holdfast.host.plugins.module_utils.containers import NotThereError, the_one
from ansible_collections.holdfast.host.plugins.module_utils.errors import explain
from ansible_collections.holdfast.host.plugins.module_utils.pg_client import Client, ServerError, converge
from ansible_collections.holdfast.host.plugins.module_utils.pg_objects import Database, Role

ROLE: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "password_file": {"type": "path", "no_log": False},
    "login": {"type": "bool", "default": True},
    "connection_limit": {"type": "int", "default": -1},
    "member_of": {"type": "list", "elements": "str", "default": []},
}
DATABASE: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "owner": {"type": "str", "required": True},
    "extensions": {"type": "list", "elements": "str", "default": []},
    "encoding": {"type": "str", "default": "UTF8"},
    "connect": {"type": "list", "elements": "str", "default": []},
}
SPEC: dict[str, Any] = {
    "container": {"type": "str"},
    "project": {"type": "str"},
    "service": {"type": "str"},
    "command": {"type": "list", "elements": "str"},
    "superuser": {"type": "str", "default": "postgres"},
    "timeout_seconds": {"type": "int", "default": 60},
    "roles": {"type": "list", "elements": "dict", "default": [], "options": ROLE},
    "databases": {"type": "list", "elements": "dict", "default": [], "options": DATABASE},
}


def read_role(item: dict[str, Any], *, lenient: bool) -> Role:
    """Return a role with its password. Raises OSError; with ``lenient`` a file that is missing is one still to come."""
    path = Path(item["password_file"]) if item["password_file"] else None
    password = None
    if path is not None and (path.exists() or not lenient):
        password = path.read_text(encoding="utf-8").removesuffix("\n")
    return Role(
        name=item["name"],
        login=item["login"],
        limit=item["connection_limit"],
        member_of=tuple(item["member_of"]),
        password=password,
    )


def read_database(item: dict[str, Any]) -> Database:
    """Return a database."""
    return Database(**{**item, "extensions": tuple(item["extensions"]), "connect": tuple(item["connect"])})


def connect(module: AnsibleModule) -> tuple[Client | None, dict[str, Any]]:
    """Return a client and the server's state; no client in check mode where there is no server yet."""
    run = runner()
    options = module.params
    try:
        prefix = options["command"] or ["docker", "exec", "-i", the_one(run, options).id]
        listens = not options["command"]
        client = Client(run=run, prefix=prefix, superuser=options["superuser"], bootstrapping=listens)
        return client, client.server(0 if module.check_mode else options["timeout_seconds"])
    except (NotThereError, ServerError):
        if not module.check_mode:
            raise
        return None, pg_objects.EMPTY_SERVER


def main() -> None:
    """Read the state, change what differs."""
    module = AnsibleModule(
        argument_spec=SPEC,
        supports_check_mode=True,
        mutually_exclusive=[("container", "project", "command")],
        required_one_of=[("container", "project", "command")],
        required_together=[("project", "service")],
    )
    try:
        databases = [read_database(item) for item in module.params["databases"]]
        roles = [read_role(item, lenient=module.check_mode) for item in module.params["roles"]]
        client, server = connect(module)
        findings = pg_objects.check(roles, databases, server)
        if findings:
            told = [finding.as_dict() for finding in findings]
            module.fail_json(msg="Nothing was changed.\n" + explain(findings), findings=told)
        changes = converge(client, server, roles, databases, make=not module.check_mode)
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}")
    except (NotThereError, ServerError, ValueError) as error:
        module.fail_json(msg=str(error))
    titles = [change.title for change in changes]
    diff = {"before": "", "after": "".join(title + "\n" for title in titles)}
    module.exit_json(changed=bool(changes), changes=titles, server_version=server["version"], diff=diff)


if __name__ == "__main__":
    main()

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Roles and databases of a PostgreSQL server: the state as JSON in, statements out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import scram
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, nearest

SERVER_QUERY = """
SELECT json_build_object(
  'version', current_setting('server_version'),
  'listen', current_setting('listen_addresses'),
  'available', (SELECT coalesce(json_agg(name), '[]') FROM pg_available_extensions),
  'roles', (SELECT coalesce(json_object_agg(rolname, json_build_object(
      'login', rolcanlogin, 'limit', rolconnlimit, 'verifier', rolpassword,
      'member_of', (SELECT coalesce(json_agg(g.rolname), '[]') FROM pg_auth_members m
                    JOIN pg_authid g ON g.oid = m.roleid WHERE m.member = r.oid))), '{}') FROM pg_authid r),
  'databases', (SELECT coalesce(json_object_agg(datname, json_build_object(
      'owner', pg_get_userbyid(datdba), 'encoding', pg_encoding_to_char(encoding),
      'grants', (SELECT coalesce(json_agg(json_build_array(
          CASE a.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type)), '[]')
        FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) a))), '{}') FROM pg_database))
"""
DATABASE_QUERY = """
SELECT json_build_object(
  'extensions', (SELECT coalesce(json_agg(extname), '[]') FROM pg_extension),
  'public_owner', (SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'public'),
  'public_create', (SELECT count(*) > 0 FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) a
                    WHERE nspname = 'public' AND a.grantee = 0 AND a.privilege_type = 'CREATE'))
"""
# PostgreSQL 15 and later give the schema to this role, whose one member is whoever owns the database.
_DATABASE_OWNER = "pg_database_owner"
_DATABASE_PRIVILEGES = ("CONNECT", "CREATE", "TEMPORARY")
EMPTY_SERVER: dict[str, Any] = {"version": "", "listen": "*", "available": None, "roles": {}, "databases": {}}
EMPTY_DATABASE: dict[str, Any] = {"extensions": [], "public_owner": _DATABASE_OWNER, "public_create": False}


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role to have. password None: left alone, or not known yet."""

    name: str
    login: bool = True
    limit: int = -1
    member_of: tuple[str, ...] = ()
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Database:
    """A database to have. connect: roles beside the owner that may connect."""

    name: str
    owner: str
    extensions: tuple[str, ...] = ()
    encoding: str = "UTF8"
    connect: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change. title: for people. statement: SQL, which may hold a verifier and so is never shown."""

    title: str
    statement: str = field(repr=False)


def identifier(name: str) -> str:
    """Return a name as SQL takes it literally. Raises ValueError for NUL, for an empty name and beyond 63 bytes."""
    if not name or "\0" in name or len(name.encode()) > 63:
        raise ValueError(f"{name!r} is not a name of 1 to 63 bytes")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as a SQL literal, whatever standard_conforming_strings is. Raises ValueError for NUL."""
    if "\0" in text:
        raise ValueError("a text with a NUL cannot be written in SQL")
    quoted = text.replace("'", "''")
    return " E'" + quoted.replace("\\", "\\\\") + "'" if "\\" in quoted else f"'{quoted}'"


def check(roles: Sequence[Role], databases: Sequence[Database], server: Mapping[str, Any]) -> list[Finding]:
    """Return what forbids the changes: unknown roles and extensions, another encoding, bad and repeated names."""
    findings = []
    known = {role.name for role in roles} | set(server["roles"])
    blank = not server["roles"]  # no server to ask yet
    for kind, entries in (("roles", roles), ("databases", databases)):
        names = [entry.name for entry in entries]
        for number, name in enumerate(names):
            where = f"{kind}[{number}]"
            if not name or "\0" in name or len(name.encode()) > 63:
                findings.append(Finding(path=f"{where}.name", value=name, rule="is a name of 1 to 63 bytes"))
            if names.index(name) != number:
                findings.append(Finding(path=f"{where}.name", value=name, rule="is named once"))
    wants = [(f"roles[{n}].member_of", name) for n, role in enumerate(roles) for name in role.member_of]
    for number, database in enumerate(databases):
        where = f"databases[{number}]"
        wants += [(f"{where}.owner", database.owner)] + [(f"{where}.connect", name) for name in database.connect]
        current = server["databases"].get(database.name)
        if current and current["encoding"] != database.encoding:
            rule = f"is {current['encoding']}, as the database that exists has it"
            findings.append(Finding(path=f"{where}.encoding", value=database.encoding, rule=rule))
        available = server["available"]
        findings += [
            Finding(path=f"{where}.extensions", value=name, rule="is available", hint=nearest(name, available))
            for name in database.extensions
            if available is not None and name not in available
        ]
    return findings + [
        Finding(path=path, value=name, rule="is a role that exists", hint=nearest(name, known))
        for path, name in wants
        if name not in known and not blank
    ]


def role_changes(role: Role, server: Mapping[str, Any]) -> list[Change]:
    """Return the changes that make ``role`` as wanted."""
    current = server["roles"].get(role.name)
    name = identifier(role.name)
    verb, title = ("CREATE", f"make role {role.name}") if current is None else ("ALTER", f"change role {role.name}")
    current = current or {"login": None, "limit": None, "verifier": None, "member_of": []}
    clauses = []
    if current["login"] != role.login:
        clauses.append("LOGIN" if role.login else "NOLOGIN")
    if current["limit"] != role.limit:
        clauses.append(f"CONNECTION LIMIT {role.limit}")
    if role.password is not None and not scram.fits(role.password, current["verifier"]):
        clauses.append(f"PASSWORD {literal(scram.make(role.password))}")
    changed = [clause.split()[0].lower() for clause in clauses] if verb == "ALTER" else []
    suffix = f" ({', '.join(changed)})" if changed else ""
    changes = [Change(title=title + suffix, statement=f"{verb} ROLE {name} {' '.join(clauses)};")] if clauses else []
    return changes + [
        Change(title=f"make {role.name} a member of {group}", statement=f"GRANT {identifier(group)} TO {name};")
        for group in role.member_of
        if group not in current["member_of"]
    ]


def database_changes(database: Database, server: Mapping[str, Any]) -> list[Change]:
    """Return the changes to the database as the server sees it: existence, owner, who may connect."""
    name, owner = identifier(database.name), identifier(database.owner)
    current = server["databases"].get(database.name)
    changes = []
    if current is None:
        statement = f"CREATE DATABASE {name} OWNER {owner} ENCODING {literal(database.encoding)} TEMPLATE template0;"
        changes.append(Change(title=f"make database {database.name}", statement=statement))
        # What a new database is born with (PostgreSQL, "Privileges").
        grants = {("", "CONNECT"), ("", "TEMPORARY"), *((database.owner, what) for what in _DATABASE_PRIVILEGES)}
    else:
        grants = {(grantee, what) for grantee, what in current["grants"]}
        if current["owner"] != database.owner:
            statement = f"ALTER DATABASE {name} OWNER TO {owner};"
            changes.append(Change(title=f"give database {database.name} to {database.owner}", statement=statement))
            grants = {(database.owner if who == current["owner"] else who, what) for who, what in grants}
    if any(grantee == "" for grantee, _ in grants):
        statement = f"REVOKE ALL ON DATABASE {name} FROM PUBLIC;"
        changes.append(Change(title=f"close database {database.name} to everybody else", statement=statement))
    if not {(database.owner, what) for what in _DATABASE_PRIVILEGES} <= grants:
        statement = f"GRANT ALL ON DATABASE {name} TO {owner};"
        changes.append(Change(title=f"open database {database.name} to its owner", statement=statement))
    return changes + [
        Change(
            title=f"let {role} connect to database {database.name}",
            statement=f"GRANT CONNECT ON DATABASE {name} TO {identifier(role)};",
        )
        for role in database.connect
        if (role, "CONNECT") not in grants
    ]


def inner_changes(database: Database, current: Mapping[str, Any]) -> list[Change]:
    """Return the changes inside the database: its schema public and its extensions."""
    changes = []
    title = f"schema public of database {database.name}"
    if current["public_owner"] not in (None, database.owner, _DATABASE_OWNER):
        statement = f"ALTER SCHEMA public OWNER TO {identifier(database.owner)};"
        changes.append(Change(title=f"give {title} to {database.owner}", statement=statement))
    if current["public_create"]:
        statement = "REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
        changes.append(Change(title=f"close {title} to everybody else", statement=statement))
    return changes + [
        Change(
            title=f"make extension {name} in database {database.name}",
            # CASCADE: an extension that needs another one (earthdistance needs cube) brings it along.
            statement=f"CREATE EXTENSION IF NOT EXISTS {identifier(name)} CASCADE;",
        )
        for name in database.extensions
        if name not in current["extensions"]
    ]


def server_changes(roles: Iterable[Role], databases: Iterable[Database], server: Mapping[str, Any]) -> list[Change]:
    """Return the changes outside of databases, in the order in which they must be made."""
    changes = [change for role in roles for change in role_changes(role, server)]
    # Roles first, then who is a member of whom: a group may stand further down the list.
    changes.sort(key=lambda change: change.statement.startswith("GRANT"))
    return changes + [change for database in databases for change in database_changes(database, server)]

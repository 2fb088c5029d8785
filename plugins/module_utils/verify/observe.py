# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Look at a live host: containers by the engine, settings by the servers themselves, routes through the edge."""

from __future__ import annotations

import csv
import http.client
import json
import socket
import ssl
import subprocess
from collections.abc import Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan.pooler import CONSOLE, SOCKETS
from ansible_collections.holdfast.host.plugins.module_utils.verify import confined, machine

# A session over the local socket shows 0 for every setting of TCP; what it was reset to is what the file says.
SETTINGS_SQL = """
SELECT json_object_agg(name, json_build_object('setting', CASE WHEN name ~ '^tcp_' THEN reset_val ELSE setting END,
  'unit', unit, 'pending_restart', pending_restart))
FROM pg_settings
"""
# The console of the pooler answers its own user over its socket, without a password.
POOLER_CONSOLE = ["psql", "-X", "-q", "-w", "--csv", "-h", SOCKETS, "-U", CONSOLE, "-d", CONSOLE]
# The password stands in a file that only the server's user can read; it reaches the client by its environment.
REDIS_AUTH = 'REDISCLI_AUTH="$(cut -d " " -f 2 /run/secrets/redis_auth)" '
# Valkey's image need not have the client under its old name.
REDIS_ASK = '"$(command -v redis-cli || command -v valkey-cli)" --json CONFIG GET "*"'
BODY = 300


def run(command: list[str], timeout: int, text: str | None = None) -> str:
    """Return what a command printed. Raises RuntimeError with its complaint when it fails or takes too long."""
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=timeout, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise RuntimeError(f"{command[0]}: {problem}") from problem
    if done.returncode != 0:
        raise RuntimeError((done.stderr or done.stdout).strip() or f"{command[0]} failed with {done.returncode}")
    return done.stdout


def _published(inspected: Mapping[str, Any]) -> list[dict[str, Any]]:
    # Where a container says no address, the engine has one for its network; what runs shows which.
    live = {key: binds for key, binds in (inspected.get("NetworkSettings", {}).get("Ports") or {}).items() if binds}
    bindings = (inspected["HostConfig"]["PortBindings"] or {}) | live
    return [
        {"address": each["HostIp"], "port": int(each["HostPort"] or 0), "protocol": target.partition("/")[2]}
        for target, binds in bindings.items()
        for each in binds or ()
    ]


def parse_container(inspected: Mapping[str, Any]) -> dict[str, Any]:
    """Return one entry of ``docker inspect`` as verify compares it."""
    labels = inspected["Config"]["Labels"] or {}
    state = inspected["State"]
    return {
        "name": inspected["Name"].lstrip("/"),
        "project": labels.get("com.docker.compose.project"),
        "service": labels.get("com.docker.compose.service"),
        "image": inspected["Config"]["Image"],
        "state": state["Status"],
        "exit_code": state["ExitCode"],
        "health": (state.get("Health") or {}).get("Status"),
        "oom_killed": state["OOMKilled"],
        "memory_bytes": inspected["HostConfig"]["Memory"],
        "labels": labels,
        "published": _published(inspected),
        "confined": confined.parse(inspected),
        "networks": sorted(inspected["NetworkSettings"]["Networks"] or {}),
    }


def containers(timeout: int) -> list[dict[str, Any]]:
    """Return every container of the host, ours or not, running or not."""
    names = run(["docker", "ps", "--all", "--quiet", "--no-trunc"], timeout).split()
    inspected = json.loads(run(["docker", "inspect", "--type", "container", *names], timeout)) if names else []
    return [parse_container(each) for each in inspected]


def _name(found: list[dict[str, Any]], store: Mapping[str, Any]) -> str:
    for each in found:
        if (each["project"], each["service"], each["state"]) == (store["project"], store["service"], "running"):
            return str(each["name"])
    raise RuntimeError("no container of it is running")


def postgres(found: list[dict[str, Any]], store: Mapping[str, Any], timeout: int) -> dict[str, Any]:
    """Return every setting that the server runs with, or the error that stands in the way."""
    try:
        command = [
            "docker",
            "exec",
            "-i",
            _name(found, store),
            "psql",
            "-X",
            "-A",
            "-t",
            "-q",
            "-U",
            store["superuser"],
        ]
        settings: dict[str, Any] = json.loads(run([*command, "-d", "postgres"], timeout, SETTINGS_SQL))
    except (RuntimeError, ValueError) as problem:
        return {"error": str(problem)}
    return settings


def redis(found: list[dict[str, Any]], store: Mapping[str, Any], timeout: int) -> dict[str, Any]:
    """Return the settings that the server runs with, or the error that stands in the way."""
    auth = REDIS_AUTH if store["auth"] else ""
    try:
        command = ["docker", "exec", _name(found, store), "sh", "-c", f"{auth}{REDIS_ASK}"]
        settings = json.loads(run(command, timeout))
    except (RuntimeError, ValueError) as problem:
        return {"error": str(problem)}
    if not isinstance(settings, dict):
        return {"error": str(settings)}
    return {name: value for name, value in settings.items() if name not in ("requirepass", "masterauth")}


def pooler(found: list[dict[str, Any]], store: Mapping[str, Any], timeout: int) -> dict[str, Any]:
    """Return what the pooler runs with, or the error that stands in the way.

    settings: name to value. databases: name to the host that it leads to. roles: the names that it lets in.
    """
    try:
        console = ["docker", "exec", _name(found, store), *POOLER_CONSOLE, "-p", store["settings"]["listen_port"], "-c"]
        tables = {
            what: list(csv.DictReader(run([*console, f"SHOW {what}"], timeout).splitlines()))
            for what in ("CONFIG", "DATABASES", "USERS")
        }
        return {
            "settings": {row["key"]: row["value"] for row in tables["CONFIG"]},
            "databases": {row["name"]: row["host"] for row in tables["DATABASES"] if row["name"] != CONSOLE},
            "roles": [row["name"] for row in tables["USERS"] if row["name"] != CONSOLE],
        }
    except RuntimeError as problem:
        return {"error": str(problem)}
    except KeyError as missing:
        return {"error": f"its console shows no column {missing}"}


def ask(host: str, path: str, timeout: int, address: str = "127.0.0.1") -> dict[str, Any]:
    """Return status and the start of the body of one HTTPS request to this host's own edge, under a public name."""
    # Whom the certificate was issued by is another check's matter: this one asks whether the route leads anywhere.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(host, 443, timeout=timeout, context=context)
    try:
        plain = socket.create_connection((address, 443), timeout=timeout)
        connection.sock = context.wrap_socket(plain, server_hostname=host)
        connection.request("GET", path)
        answer = connection.getresponse()
        return {"status": answer.status, "body": answer.read(BODY).decode("utf-8", "replace")}
    except (OSError, http.client.HTTPException) as problem:
        return {"error": str(problem) or type(problem).__name__}
    finally:
        connection.close()


def observe(expect: Mapping[str, Any], timeout: int) -> dict[str, Any]:
    """Return the host's state in the shape that compare takes. timeout: seconds for one answer."""
    try:
        found = containers(timeout)
    except RuntimeError as problem:
        # Without the engine every expected container counts as missing; the stores' errors say why.
        return {
            "containers": [],
            "postgres": {"error": str(problem)},
            "pooler": {"error": str(problem)},
            "redis": {"error": str(problem)},
            **machine.observe(expect),
            "routes": [route | ask(route["host"], route["path"], timeout) for route in expect["routes"]],
        }
    return {
        "containers": found,
        **machine.observe(expect),
        "postgres": postgres(found, expect["postgres"], timeout) if expect["postgres"] else {},
        "pooler": pooler(found, expect["pooler"], timeout) if expect.get("pooler") else {},
        "redis": redis(found, expect["redis"], timeout) if expect["redis"] else {},
        "routes": [route | ask(route["host"], route["path"], timeout) for route in expect["routes"]],
    }

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the running servers say of themselves, and where that differs from the files that lie on the disk."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from .state import PROJECTS, SECRETS, TLS, inspected, run

CONFIG = Path("/etc/holdfast")
# The server reads its file again to answer: applied is false for what a running server does not have.
UNAPPLIED = (
    "select coalesce(json_agg(name || ': ' || coalesce(error, '')), '[]') from pg_file_settings where not applied"
)
LOADED = "select extract(epoch from pg_conf_load_time())"
SETTINGS = (
    "select json_object_agg(name, setting || coalesce(unit, '')) from pg_settings where source = 'configuration file'"
)
ROLES = """
select json_agg(json_build_array(rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolconnlimit,
  rolpassword like 'SCRAM-SHA-256%', array(select pg_get_userbyid(roleid) from pg_auth_members where member = a.oid))
  order by rolname) from pg_authid a where rolname !~ '^pg_'"""
DATABASES = """
select json_agg(json_build_array(datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datacl::text)
  order by datname) from pg_database"""
EXTENSIONS = "select json_agg(extname || ' ' || extversion order by extname) from pg_extension"
REDIS_SECRET = {"requirepass", "masterauth"}
# What redis.conf and CONFIG GET write differently: units (Redis's own example file lists them), and one older name.
REDIS_UNITS = {"b": 1, "k": 1000, "kb": 1 << 10, "m": 10**6, "mb": 1 << 20, "g": 10**9, "gb": 1 << 30}
REDIS_NAMES = {"replica": "slave"}
REDIS_SIZE = re.compile(r"(\d+)([kmg]?b?)")


class Container:
    """A running container of a Compose service."""

    def __init__(self, of: dict[str, Any]) -> None:
        """of: as the engine inspects it."""
        self.id: str = of["Id"]
        self.name: str = of["Name"].lstrip("/")
        self.pid: int = of["State"]["Pid"]
        # The engine writes nine digits of a second, of which six are known to all versions of Python.
        self.started = datetime.fromisoformat(
            re.sub(r"(\.\d{6})\d*Z$", r"\1+00:00", of["State"]["StartedAt"])
        ).timestamp()
        self.environment = dict(each.split("=", 1) for each in of["Config"]["Env"])
        self.mounts = [(Path(at["Source"]), at["Destination"]) for at in of["Mounts"] if at["Type"] == "bind"]
        self.labels: dict[str, str] = of["Config"]["Labels"]

    def ask(self, *command: str, text: str = "") -> str:
        """Return what a command prints inside."""
        return run("docker", "exec", "-i", self.id, *command, text=text)

    def sql(self, query: str, database: str = "postgres") -> Any:
        """Return the one JSON value of a query, as the superuser over the local socket."""
        user = self.environment["POSTGRES_USER"]
        return json.loads(self.ask("psql", "-XAtq", "-U", user, "-d", database, "-c", query))

    def redis(self) -> dict[str, str]:
        """Return the settings that Redis runs with."""
        script = 'REDISCLI_AUTH="$(cut -d " " -f 2 /run/secrets/redis_auth)" redis-cli --json config get "*"'
        found: dict[str, str] = json.loads(self.ask("sh", "-c", script))
        return {name: value for name, value in found.items() if name not in REDIS_SECRET}


def containers() -> dict[str, Container]:
    """Return the running containers by service."""
    found = map(Container, inspected("container"))
    return {each.labels["com.docker.compose.service"]: each for each in found}


def https(host: str, path: str) -> str:
    """Return status and body of a request through the edge. Who issued the certificate is not the question here."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(host, timeout=20)
    connection.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", 443), 20), server_hostname=host)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return f"{answer.status} {answer.read(300).decode()}"
    finally:
        connection.close()


def running() -> dict[str, Any]:
    """Return what the servers say of themselves, as far as it is the same on every host of the plan."""
    at = containers()
    databases = at["postgres"].sql(DATABASES)
    return {
        "postgres settings": at["postgres"].sql(SETTINGS),
        "postgres roles": at["postgres"].sql(ROLES),
        "postgres databases": databases,
        "postgres extensions": {
            name: at["postgres"].sql(EXTENSIONS, name) for name, *_ in databases if name != "template0"
        },
        "redis settings": at["redis"].redis(),
        "nginx configuration": at["nginx"].ask("curl", "-fsS", "http://127.0.0.1:8081/config"),
        "application": https("www.example.org", "/health"),
    }


def started_late(name: str, began: float, files: list[Path]) -> Iterator[str]:
    """Yield the files that are newer than the server that read them."""
    for path in files:
        if path.stat().st_mtime > began:
            yield f"{path} is newer than what {name} runs with"


def redis_words(value: str) -> list[str]:
    """Return a value of redis.conf or of CONFIG GET, word by word, with sizes in bytes."""
    found = []
    for word in value.strip('"').lower().split():
        size = REDIS_SIZE.fullmatch(word)
        found.append(str(int(size[1]) * REDIS_UNITS.get(size[2], 1)) if size else REDIS_NAMES.get(word, word))
    return found


def redis_differs(file: str, runs: dict[str, str]) -> Iterator[str]:
    """Yield where Redis runs with something else than its file says. runs: as CONFIG GET answers.

    The file may well be newer than the server, which takes most settings while it runs.
    """
    lines = [line.partition(" ") for line in file.splitlines() if line and not line.startswith("#")]
    for name, value in {name: value for name, _, value in lines if name != "include"}.items():
        if redis_words(value) != redis_words(runs.get(name, "nothing")):
            yield f"redis runs with {name} {runs.get(name)}, its file says {value}"


def dockerd_started() -> float:
    """Return when the engine started, seconds since the epoch."""
    since = run("systemctl", "show", "docker.service", "--property=ExecMainStartTimestampMonotonic", "--value")
    return time.time() - time.monotonic() + int(since) / 1e6


def servers(at: dict[str, Container]) -> Iterator[str]:
    """Yield where a server runs with something else than its file says."""
    postgres, redis = at["postgres"], at["redis"]
    yield from (f"postgres does not run with {each}" for each in postgres.sql(UNAPPLIED))
    loaded = float(postgres.sql(LOADED))
    yield from started_late("postgres", loaded, [CONFIG / "stores/postgres/postgresql.conf"])
    yield from redis_differs((CONFIG / "stores/redis/redis.conf").read_text(), redis.redis())
    yield from started_late("redis", redis.started, [SECRETS / "redis_auth.conf"])
    yield from started_late("dockerd", dockerd_started(), [Path("/etc/docker/daemon.json")])
    wanted = hashlib.sha256((CONFIG / "edge/nginx/nginx.conf").read_bytes()).hexdigest()
    answered = at["nginx"].ask("curl", "-fsS", "http://127.0.0.1:8081/config").strip()
    if wanted != answered:
        yield f"nginx answers with configuration {answered}, the file's is {wanted}"


def mounts(at: dict[str, Container]) -> Iterator[str]:
    """Yield the mounts that hold a file or a directory which has since been replaced on the host."""
    for each in at.values():
        for source, inside in each.mounts:
            seen = Path(f"/proc/{each.pid}/root{inside}").stat()
            if (seen.st_dev, seen.st_ino) != (source.stat().st_dev, source.stat().st_ino):
                yield f"{each.name} holds an old {source}"


def hashes(at: dict[str, Container]) -> Iterator[str]:
    """Yield the containers that differ from their Compose file, by Compose's own hash."""
    for project in PROJECTS:
        for line in run("docker", "compose", "--project-directory", str(CONFIG / project), "config", "--hash=*").split(
            "\n"
        ):
            service, _, wanted = line.partition(" ")
            if service and at[service].labels["com.docker.compose.config-hash"] != wanted:
                yield f"{at[service].name} differs from its Compose file"


def certificates() -> Iterator[str]:
    """Yield the certificates that do not belong to their key."""
    for certificate in TLS.glob("*.pem"):
        public = run("openssl", "x509", "-in", str(certificate), "-noout", "-pubkey")
        if public != run("openssl", "pkey", "-in", str(certificate.with_suffix(".key")), "-pubout"):
            yield f"{certificate} is not its key's"


def leftovers() -> Iterator[str]:
    """Yield what an interrupted run left: broken packages, failed units, files that were to be renamed."""
    yield from (f"dpkg: {line}" for line in run("dpkg", "--audit").splitlines())
    yield from (f"failed unit: {line}" for line in run("systemctl", "--failed", "--plain", "--no-legend").splitlines())
    yield from (f"left over: {path}" for path in Path("/etc").rglob(".holdfast-new.*"))


def wrong() -> list[str]:
    """Return what is amiss on this host, whatever other hosts are like."""
    at = containers()
    return [*servers(at), *mounts(at), *hashes(at), *certificates(), *leftovers()]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Look at a live host for the systems' security lists. A secret's value is compared here and goes nowhere else."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.command import Run, runner
from ansible_collections.holdfast.host.plugins.module_utils.verify.observe import REDIS_ASK

EDGE = "127.0.0.1"
FOREIGN = "https://foreign.example.org"
# What says in which mode an application runs, where it sends mail, and to where a login leads back.
MODE, DEBUG = re.compile(r"(APP|NODE|RAILS|DJANGO|FLASK|GO)_ENV|ENVIRONMENT"), re.compile(r"(\w+_)?DEBUG")
MAIL = re.compile(r"(SMTP|EMAIL|MAIL)_HOST")
LOGIN = re.compile(r"\w*(OAUTH|OIDC|AUTH)\w*(REDIRECT|CALLBACK)\w*")
# What stands in examples and in programs as they come.
DEFAULTS = re.compile(
    r"change.?me|changeit|example|default|^(dev|test)[-_]|^(postgres|redis|password|passwort|secret|admin|root|guest|"
    r"minioadmin|letmein|qwerty|123456\d*)$",
    re.IGNORECASE,
)
HEADERS = ("strict-transport-security", "x-content-type-options", "x-frame-options", "content-security-policy")
# Of each log, the end of it.
TAIL_BYTES = 16 * 1024 * 1024
SHORTEST = 8
ROLES_SQL = "SELECT rolname || ' ' || rolsuper FROM pg_roles WHERE rolcanlogin"


def secrets(values: Mapping[str, str], roles: Mapping[str, str]) -> dict[str, Any]:
    """Return lengths by name, the names that share a value, and those whose value is a known or a guessable one.

    roles: the database role that a secret is the password of.
    """
    shared = [[name for name in values if values[name] == value] for value in dict.fromkeys(values.values())]
    return {
        "lengths": {name: len(value) for name, value in values.items()},
        "shared": [names for names in shared if len(names) > 1],
        "defaults": [
            name for name, value in values.items() if DEFAULTS.search(value) or value in (name, roles.get(name))
        ],
    }


def _values(expect: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name in expect["secrets"]:
        path = Path(expect["directory"], name)
        if path.exists():
            found[name] = path.read_text(encoding="utf-8").rstrip("\n")
    return found


def variables(inspected: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables of a container that the lists ask for; no other's value is looked at."""
    pairs = (entry.partition("=")[::2] for entry in inspected["Config"].get("Env") or ())
    wanted = (MODE, DEBUG, MAIL, LOGIN)
    return {name: value for name, value in pairs if any(pattern.fullmatch(name) for pattern in wanted)}


def _user(pid: int) -> int | None:
    try:
        status = Path("/proc", str(pid), "status").read_text(encoding="utf-8")
    except OSError:
        return None
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:")))


def _tails(paths: Iterator[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            yield file.read()


def leaks(values: Mapping[str, str], logs: list[Path]) -> dict[str, Any]:
    """Return the names of secrets whose value stands in a log, and how many bytes were searched."""
    found, size = set(), 0
    for text in _tails(path for path in logs if path.exists()):
        size += len(text)
        found |= {name for name, value in values.items() if len(value) >= SHORTEST and value.encode() in text}
    return {"names": sorted(found), "bytes": size}


def _asked(host: str, timeout: int) -> dict[str, Any]:
    """Return what a stranger's browser gets: headers over TLS, leave for a foreign origin, and where HTTP leads."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection, plain = http.client.HTTPSConnection(host), http.client.HTTPConnection(EDGE, 80, timeout=timeout)
    try:
        dialled = socket.create_connection((EDGE, 443), timeout=timeout)
        connection.sock = wrapped = context.wrap_socket(dialled, server_hostname=host)
        connection.request("GET", "/", headers={"Origin": FOREIGN})
        answer = connection.getresponse()
        headers = {name: answer.getheader(name) for name in HEADERS}
        plain.request("GET", "/", headers={"Host": host})
        led = plain.getresponse()
        return {
            "headers": {name: value for name, value in headers.items() if value},
            "leave": answer.getheader("access-control-allow-origin"),
            "tls": wrapped.version(),
            "http": f"{led.status} {led.getheader('location') or ''}".strip(),
        }
    except (OSError, http.client.HTTPException) as problem:
        return {"error": str(problem) or type(problem).__name__}
    finally:
        connection.close()
        plain.close()


def old_tls(host: str, timeout: int) -> str:
    """Return what becomes of a client of TLS 1.1: ``refused``, ``accepted``, or what stood in the way of asking."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        context.set_ciphers("ALL:@SECLEVEL=0")
        # Python warns of such a client: here it is the question.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with socket.create_connection((EDGE, 443), timeout=timeout) as plain:
            context.wrap_socket(plain, server_hostname=host).close()
    except ssl.SSLError as problem:
        return "refused" if "ALERT_PROTOCOL_VERSION" in (problem.reason or "") else f"not asked: {problem.reason}"
    except (OSError, ValueError) as problem:
        return f"not asked: {problem}"
    return "accepted"


def _inspected(run: Run) -> list[dict[str, Any]]:
    names = run(["docker", "ps", "--quiet", "--no-trunc"], "").out.split()
    shown: list[dict[str, Any]] = json.loads(run(["docker", "inspect", *names], "").out or "[]") if names else []
    return shown


def _of(shown: list[dict[str, Any]], store: Mapping[str, Any] | None) -> str | None:
    for each in shown:
        labels = each["Config"]["Labels"] or {}
        own = labels.get("com.docker.compose.project"), labels.get("com.docker.compose.service")
        if store and own == (store["project"], store["service"]):
            return str(each["Id"])
    return None


def _stores(expect: Mapping[str, Any], shown: list[dict[str, Any]], run: Run) -> dict[str, Any]:
    postgres, redis = _of(shown, expect["postgres"]), _of(shown, expect["redis"])
    found: dict[str, Any] = {"roles": None, "redis": None}
    if postgres:
        words = ["psql", "-XAtq", "-U", expect["postgres"]["superuser"], "-d", "postgres", "-c", ROLES_SQL]
        told = run(["docker", "exec", postgres, *words], "")
        found["roles"] = dict(line.split() for line in told.out.splitlines()) if told.status == 0 else None
    if redis:
        told = run(["docker", "exec", redis, "sh", "-c", REDIS_ASK], "")
        found["redis"] = "refused" if "NOAUTH" in told.out + told.err else "answers"
    return found


def _encrypted(run: Run) -> bool | None:
    """Tell whether the engine's data lie on an encrypted device; None where the machine does not show its devices."""
    source = run(["findmnt", "--noheadings", "--output", "SOURCE", "--target", "/var/lib/docker"], "")
    device = source.out.strip().partition("[")[0]
    if source.status or not device.startswith("/dev/"):
        return None
    chain = run(["lsblk", "--noheadings", "--inverse", "--output", "TYPE", device], "")
    return "crypt" in chain.out.split() if chain.status == 0 else None


def observe(expect: Mapping[str, Any], timeout: int, run: Run | None = None) -> dict[str, Any]:
    """Return what the lists are judged by. timeout: seconds for one answer."""
    ask, wanted = run or runner(timeout_seconds=timeout), expect["checklist"]
    shown, values = _inspected(ask), _values(wanted)
    own = [
        each for each in shown if (each["Config"]["Labels"] or {}).get("com.docker.compose.project") == wanted["app"]
    ]
    named = {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in own}
    logs = [Path(each["LogPath"]) for each in shown if each.get("LogPath")]
    if expect["access_log"]:
        logs.append(Path(expect["access_log"]["directory"], expect["access_log"]["file"]))
    files = [Path(path) for path in wanted["env_files"]]
    return {
        "secrets": secrets(values, dict(zip(wanted["role_secrets"], wanted["roles"], strict=True))),
        "leaks": leaks(values, logs),
        "variables": {name: variables(each) for name, each in named.items()},
        "users": {name: _user(each["State"]["Pid"]) for name, each in named.items()},
        "env_files": {
            str(path): {
                "mode": f"{path.stat().st_mode & 0o777:04o}",
                "git": any((parent / ".git").exists() for parent in path.parents),
            }
            for path in files
            if path.exists()
        },
        "edge": {host: _asked(host, timeout) for host in wanted["hosts"]},
        "old_tls": old_tls(wanted["hosts"][0], timeout) if wanted["hosts"] else None,
        "encrypted": _encrypted(ask),
        "audit": ask(["systemctl", "is-active", "auditd.service"], "").out.strip(),
        **_stores(expect, shown, ask),
    }

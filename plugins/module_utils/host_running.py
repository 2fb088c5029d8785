# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The containers of the stack that a host holds, as the engine shows them, and what their servers run with.

Truth is what runs, and no file of an earlier run: that run may have ended before it applied what it wrote.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.host_types import Running

Runner = Callable[[Sequence[str]], "str | None"]
PREFIX = "holdfast."
KIND = "holdfast.kind"
_PROJECT, _SERVICE, _ONE_OFF = (f"com.docker.compose.{name}" for name in ("project", "service", "oneoff"))
_NANO = 1_000_000_000
# What may hold a password or a command with one is not read: it would stand in logs of runs. A session over the local
# socket shows 0 for every setting of TCP; what it was reset to is what the file says.
_POSTGRES = (
    "SELECT json_agg(json_build_array(name, CASE WHEN name ~ '^tcp_' THEN reset_val ELSE current_setting(name) END,"
    " unit, sourcefile = current_setting('config_file')))"
    " FROM pg_settings WHERE context <> 'internal' AND name !~ '(command|conninfo|passphrase|secret|password|[.])'"
)
_REDIS = (
    "! [ -r /run/secrets/redis_auth ] || export REDISCLI_AUTH=\"$(cut -d ' ' -f 2 /run/secrets/redis_auth)\";"
    " cli=$(command -v redis-cli || command -v valkey-cli); exec \"$cli\" --json CONFIG GET '*'"
)
_HIDDEN = ("requirepass", "masterauth", "masteruser", "tls-key-file-pass", "tls-client-key-file-pass")
_EDGE = ["curl", "-fsS", "--max-time", "5", "http://127.0.0.1:8081/plan"]


def parse(entry: Mapping[str, Any]) -> Running:
    """Return a container from one entry of ``docker inspect``. Only labels of our own are kept."""
    labels = entry["Config"].get("Labels") or {}
    limits = entry.get("HostConfig") or {}
    return Running(
        project=labels.get(_PROJECT, ""),
        service=labels.get(_SERVICE, ""),
        image=entry["Config"]["Image"],
        state=entry["State"]["Status"],
        exit_code=entry["State"].get("ExitCode", 0),
        memory_bytes=limits.get("Memory") or 0,
        cpus=(limits.get("NanoCpus") or 0) / _NANO,
        labels={name: value for name, value in sorted(labels.items()) if name.startswith(PREFIX)},
    )


def _superuser(entry: Mapping[str, Any]) -> str:
    variables = dict(each.partition("=")[::2] for each in entry["Config"].get("Env") or ())
    return str(variables.get("POSTGRES_USER", "postgres"))


def _postgres(run: Runner, entry: Mapping[str, Any]) -> dict[str, Any]:
    words = ["psql", "-X", "-A", "-t", "-q", "-w", "-U", _superuser(entry), "-d", "postgres", "-c", _POSTGRES]
    told = json.loads(run(["docker", "exec", entry["Id"], *words]) or "[]")
    return {
        "settings": {name: value for name, value, _, _ in told},
        "units": {name: unit for name, _, unit, _ in told if unit},
        "written": tuple(name for name, _, _, written in told if written),
    }


def _redis(run: Runner, entry: Mapping[str, Any]) -> dict[str, Any]:
    told = json.loads(run(["docker", "exec", entry["Id"], "sh", "-c", _REDIS]) or "{}")
    shown = told if isinstance(told, dict) else {}
    return {"settings": {name: value for name, value in shown.items() if name not in _HIDDEN}}


def _edge(run: Runner, entry: Mapping[str, Any]) -> dict[str, Any]:
    # An older version's nginx answers nothing there; the next run has it loaded anew.
    return {"settings": {"plan": (run(["docker", "exec", entry["Id"], *_EDGE]) or "").strip()}}


_ASK: Mapping[str, Callable[[Runner, Mapping[str, Any]], dict[str, Any]]] = {
    "postgres": _postgres,
    "redis": _redis,
    "nginx": _edge,
}


def _asked(run: Runner, entry: Mapping[str, Any]) -> Running:
    found = parse(entry)
    ask = _ASK.get(found.labels.get(KIND, ""))
    if ask is None or found.state != "running":
        return found
    try:
        return replace(found, **ask(run, entry))
    except ValueError:
        # A server that is starting answers with no JSON: what it runs with is not known, its container is.
        return found


def read_running(run: Runner, projects: Sequence[str]) -> tuple[Running, ...] | None:
    """Return the containers of these Compose projects, and those with labels of ours; None where none can be listed.

    Those of ``docker compose run`` do not count.
    """
    listed = run(["docker", "ps", "--all", "--quiet", "--no-trunc"])
    if listed is None:
        return None
    ids = listed.split()
    entries = json.loads(run(["docker", "inspect", "--type", "container", *ids]) or "[]") if ids else []
    found = []
    for entry in entries:
        labels = entry["Config"].get("Labels") or {}
        ours = labels.get(_PROJECT) in projects or any(name.startswith(PREFIX) for name in labels)
        if ours and labels.get(_ONE_OFF) != "True":
            found.append(_asked(run, entry))
    return tuple(sorted(found, key=lambda each: (each.project, each.service)))

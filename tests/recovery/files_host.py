# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A lab host with stores, a service and a repository on its own disk, and the program's modules as hosts have them."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from typing import Any

from tests.lab import engine, machines
from tests.lab.hosts import REGISTRY_ADDRESS, find
from tests.lab.paths import ROOT
from tests.lab.shell import run, scaled, succeeds, wait_until

HOST = find("demo-placement")
MODULES = "ansible_collections/holdfast/host/plugins/module_utils"
AT = "/root/recovery-files"
STORES, APP = "files-stores", "files-app"
PASSWORD = "words with spaces and $signs"
# Compose would put a variable there.
SHOWN = PASSWORD.replace("$", "$$")
RATE = ["--limit-upload", "1500"]
COMPOSE = f"""
services:
  postgres:
    image: postgres:18
    environment: {{POSTGRES_USER: holdfast, POSTGRES_HOST_AUTH_METHOD: trust}}
  redis:
    image: redis:8
    user: 999:999
    command: [redis-server, --dir, /data, --appendonly, "yes", --save, "3600 1", --requirepass, "{SHOWN}"]
    volumes: [redis:/data]
volumes: {{redis: }}
"""
APPLICATION = """
services:
  app:
    image: redis:8
    entrypoint: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    volumes: [media:/media]
volumes: {media: }
"""
SETTINGS: dict[str, Any] = {
    "stack": "files",
    "directory": f"{AT}/state",
    "metrics": f"{AT}/backup.prom",
    "repositories": [
        {
            "number": 1, "kind": "local", "where": "this disk", "off_host": False, "restic": f"{AT}/repository",
            "env_file": f"{AT}/1.env", "options": [],
        }
    ],
    "keep": {"full_days": 30, "wal_days": 7, "dump_days": 30, "files_days": 14},
    "postgres": {
        "project": STORES, "service": "postgres", "server": "holdfast-backup", "image": "postgres:18",
        "superuser": "holdfast", "version": 18, "volume": "none", "mount": "/var/lib/postgresql",
        "data": "/var/lib/postgresql/18/docker", "memory_bytes": 268435456,
        "databases": [{"name": "app", "owner": "clerk"}], "out": "none", "rpo_seconds": 60, "full_every_seconds": 86400,
    },
    "redis": {
        "project": STORES, "service": "redis", "server": "redis", "volume": f"{STORES}_redis", "secret": f"{AT}/secret",
    },
    "volumes": [{"name": "media", "volume": f"{APP}_media", "pause": [{"project": APP, "service": "app"}]}],
    "password_file": f"{AT}/key",
    "limit_bytes": 268435456,
    "assertions": [],
    "works": [],
}  # fmt: skip
MEDIA = f"/var/lib/docker/volumes/{APP}_media/_data"
# All that a restore has to bring back of a file, but for the moment at which its directory was changed.
LISTED = (
    "find . -type d -printf '%P %m %U:%G\\n' -o -type l -printf '%P %l %U:%G\\n'"
    " -o -printf '%P %y %m %U:%G %s %T@ %n\\n' | sort"
)
DIGEST = (
    "local keys = redis.call('keys', '*'); table.sort(keys); local all = '';"
    " for _, key in ipairs(keys) do all = redis.sha1hex(all .. key .. redis.call('dump', key)"
    " .. tostring(redis.call('pexpiretime', key))) end; return #keys .. ' ' .. all"
)
PRELUDE = """
import dataclasses, json, os, pathlib, sys, time
from ansible_collections.holdfast.host.plugins.module_utils import (backup_dumps, backup_files, backup_keep,
    backup_known, backup_pause, backup_pipe, backup_redis, backup_report, backup_return, backup_settings, command)
settings = backup_settings.load(pathlib.Path(sys.argv[1]))
run, pipe = command.runner(timeout_seconds=300), backup_pipe.piper(timeout_seconds=300)
(repository,) = settings.repositories
def source(**more):
    return backup_files.Source(restic=backup_files.restic_of(settings, run, 1), **more)
def told(value):
    print(json.dumps(value, default=dataclasses.asdict))
"""


def inside(script: str, *, given: str | None = None) -> str:
    """Return what a shell script prints on the host. Raises LabError where it fails."""
    return run(["docker", "exec", "-i", HOST.container, "bash", "-euo", "pipefail", "-c", script], stdin=given)


def works(script: str) -> bool:
    """Tell whether a shell script ends well on the host."""
    return succeeds(["docker", "exec", HOST.container, "bash", "-euo", "pipefail", "-c", script])


def _program(given: dict[str, Any]) -> list[str]:
    name = f"{AT}/backup.json"
    inside(f"cat > {name}", given=json.dumps(given))
    words = ["docker", "exec", "-i", HOST.container, "env", f"PYTHONPATH={AT}/lib", "python3", "-c"]
    return [*words, PRELUDE + "exec(sys.stdin.read())", name]


def program(code: str, **changes: Any) -> Any:
    """Run code with the program's modules on the host; return what it told last. changes: of the settings.

    Raises AssertionError with all that it printed where it fails.
    """
    words = _program(SETTINGS | changes)
    done = subprocess.run(words, input=code, capture_output=True, text=True, timeout=scaled(120), check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else None


def started(code: str, **changes: Any) -> subprocess.Popen[str]:
    """Start code like ``program``, to be killed half way."""
    words = _program(SETTINGS | changes)
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stdin
    process.stdin.write(f"pathlib.Path('{AT}/pid').write_text(str(os.getpid()))\n{code}")
    process.stdin.close()
    process.stdin = None
    return process


def killed(process: subprocess.Popen[str]) -> None:
    """Kill the program on the host as the kernel does: no line of it runs any more. What it started ends with it."""
    assert process.poll() is None, process.stderr.read() if process.stderr else ""
    inside(f"kill -KILL $(cat {AT}/pid); pkill -CONT -x restic || test $? = 1")
    process.wait(scaled(10))
    if process.stderr:
        process.stderr.close()
    wait_until("restic to end", lambda: not works("pgrep -x restic"), seconds=scaled(10))


def slow() -> dict[str, Any]:
    """Return settings whose repository takes so long that there is a half way."""
    return {"repositories": [SETTINGS["repositories"][0] | {"options": RATE}]}


def container(service: str, project: str = STORES) -> str:
    """Return the name of a service's container."""
    return f"{project}-{service}-1"


def running(service: str, project: str) -> bool:
    """Tell whether a service runs."""
    words = f"docker inspect -f '{{{{.State.Running}}}}' {container(service, project)}"
    return inside(words).strip() == "true"


def redis(*words: str, given: str | None = None) -> str:
    """Return the answer of Redis; with an input, of all commands in it."""
    client = ["docker", "exec", "-i", "-e", f"REDISCLI_AUTH={PASSWORD}", container("redis"), "redis-cli", *words]
    return run(["docker", "exec", "-i", HOST.container, *client], stdin=given).strip()


def psql(script: str, database: str = "postgres") -> str:
    """Return what a script prints in PostgreSQL."""
    words = f"docker exec -i {container('postgres')} psql -XqAt -v ON_ERROR_STOP=1 -U holdfast -d {database}"
    return inside(words, given=script).strip()


def clean() -> None:
    """Remove all of ours, the engine and the packages excepted."""
    for project, text in ((APP, APPLICATION), (STORES, COMPOSE)):
        inside(f"docker compose -p {project} -f - down --volumes --timeout 1 2>&1", given=text)
    inside(f"rm -rf {AT}")


def have_host() -> None:
    """Have the host with an engine and restic; the modules and settings; the stores, new and empty."""
    engine.ensure()
    machines.up([HOST])
    mirror = {"registry-mirrors": [f"http://{REGISTRY_ADDRESS}:5000"]}
    packages = "docker.io docker-cli docker-compose restic iptables"
    inside(
        "if ! docker info >/dev/null 2>&1; then"
        f" mkdir -p /etc/docker; echo '{json.dumps(mirror)}' > /etc/docker/daemon.json; fi;"
        f" if ! command -v docker restic >/dev/null || ! docker compose version >/dev/null; then apt-get update -q;"
        f" DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends {packages}; fi"
    )
    clean()
    files = f"mkdir -p {AT}/lib/{MODULES} {AT}/state; echo key > {AT}/key; echo LAB=yes > {AT}/1.env"
    inside(f"{files}; cat > {AT}/secret", given=PASSWORD)
    run(["docker", "cp", f"{ROOT}/plugins/module_utils/.", f"{HOST.container}:{AT}/lib/{MODULES}"])
    for project, text in ((STORES, COMPOSE), (APP, APPLICATION)):
        inside(f"docker compose -p {project} -f - up -d --quiet-pull 2>&1", given=text)
    ready = f"docker exec {container('postgres')} pg_isready -q -h 127.0.0.1 -U holdfast"
    wait_until("PostgreSQL", lambda: works(ready), seconds=scaled(60))
    wait_until("Redis", lambda: redis("ping") == "PONG", seconds=scaled(30))


def listing() -> str:
    return inside(f"cd {MEDIA}; {LISTED}; sha256sum large 'a b/ü'")


def copies() -> Counter[str]:
    """Return how many snapshots each tag has."""
    found = program("told(backup_known.restic(settings, repository, run).snapshots())")
    return Counter(tag for each in found for tag in each["tags"])


def snapshots() -> int:
    return int(inside(f"ls {AT}/repository/snapshots | wc -l"))


def app_started() -> str:
    return inside(f"docker inspect -f '{{{{.State.StartedAt}}}}' {container('app', APP)}")

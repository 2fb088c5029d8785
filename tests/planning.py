# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A host, a Compose file and a declaration that go together, for tests that change one thing about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Project
from ansible_collections.holdfast.host.plugins.module_utils.compose.read import read
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, explain
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import LocalPath, Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import Stack, parse_stack
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from ansible_collections.holdfast.host.plugins.plugin_utils.planner import Circumstances, make_plan
from ansible_collections.holdfast.host.plugins.plugin_utils.yaml_loader import parse_yaml

COMPOSE = """
services:
  db:
    image: postgres:16
    environment: {POSTGRES_USER: app, POSTGRES_PASSWORD: laptop-db, POSTGRES_DB: shop}
    ports: ["5432:5432"]
  cache: {image: "redis:7"}
  web:
    image: registry.example.org/web:1
    ports: ["8000:8000"]
    environment:
      DATABASE_URL: postgresql://app:laptop-db@db:5432/shop
      REDIS_URL: redis://cache:6379/0
      SECRET_KEY: laptop-key
    depends_on: {db: {condition: service_healthy}}
  worker:
    image: registry.example.org/web:1
    command: [run, worker]
"""

STACK: dict[str, Any] = {
    "name": "shop",
    "tier": {"cpus": 2, "memory": "4GiB", "disk": "20GiB"},
    "stores": {"postgres": {"service": "db"}, "redis": {"service": "cache", "use": "queue"}},
    "services": {"web": {"routes": [{"host": "www.example.org"}]}},
}


def listener(port: int, process: str | None, address: str = "0.0.0.0", protocol: str = "tcp") -> dict[str, Any]:  # noqa: S104
    """Return a socket that waits for traffic."""
    return {
        "protocol": protocol,
        "address": address,
        "port": port,
        "process": process,
        "pid": 42,
        "container": None,
    }


def disk(**changes: Any) -> dict[str, Any]:
    """Return a disk of 80 GiB."""
    plain = {"path": "/", "total_bytes": 80 * GIB, "free_bytes": 70 * GIB, "device": "/dev/vda1", "fstype": "ext4"}
    return plain | {"rotational": None, "raid_level": None} | changes


def host(**changes: Any) -> dict[str, Any]:
    """Return what host_capacity says of a cloud machine of 2 CPUs and "8 GB", with some of it changed."""
    plain = {
        "os": {"id": "debian", "version": "13", "codename": "trixie", "like": []},
        "arch": "x86_64",
        "kernel": "6.12.0",
        "python": "3.13.5",
        "init": "systemd",
        "cpus": 2.0,
        "cpu_sources": {"online": 2, "affinity": 2, "quota": None},
        "cpu_mhz": 2500.0,
        "memory_bytes": 8_140_000_000,
        "memory_sources": {"meminfo": 8_140_000_000, "cgroup": None},
        "swap_bytes": 0,
        "cgroup": {"version": 2, "controllers": ["cpu", "memory", "pids"]},
        "mounts": [disk()],
        "links": [],
        "listening": [listener(22, "sshd")],
        "software": {"docker": None, "compose": None, "openssh": "10.0"},
    }
    return plain | changes


def measured(**changes: Any) -> Host:
    """Return the same machine in the plan's own shape."""
    return Host.from_dict(host(**changes))


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree with another laid over it; None removes a key."""
    result = dict(base)
    for key, value in over.items():
        inner = result.get(key)
        result[key] = merged(inner, value) if isinstance(value, Mapping) and isinstance(inner, Mapping) else value
    return {key: value for key, value in result.items() if value is not None}


def project(text: str = COMPOSE, profiles: Sequence[str] = ()) -> Project:
    """Return a Compose file's project, as if it lay in /srv/shop."""

    def absent(path: str) -> str:
        raise FileNotFoundError(path)

    found, findings = read(
        ["/srv/shop/compose.yaml"], load=lambda _: parse_yaml(text), read_text=absent, env={}, profiles=profiles
    )
    assert found is not None, explain(findings)
    return found


def stack(**changes: Any) -> Stack:
    """Return the declaration with some of it changed."""
    found, findings = parse_stack(merged(STACK, changes))
    assert found is not None, explain(findings)
    assert not findings, explain(findings)
    return found


def wish(text: str = COMPOSE, provided: Sequence[str] = (), present: Sequence[str] = (), **changes: Any) -> Wish:
    """Return what a plan is made from. changes: of the declaration. present: files that lie on the controller."""
    return Wish(
        stack=stack(**changes),
        project=project(text),
        provided=frozenset(provided),
        local_paths={path: LocalPath(directory=False, digest="0") for path in present},
    )


def lay(directory: Path, compose: str | None = COMPOSE) -> str:
    """Write the Compose file into a directory and return the directory's name."""
    if compose is not None:
        (directory / "compose.yaml").write_text(compose, encoding="utf-8")
    return str(directory)


def attempt(
    directory: Path,
    raw: Mapping[str, Any] | None = None,
    *,
    compose: str | None = COMPOSE,
    on: Mapping[str, Any] | None = None,
    provided: Sequence[str] = (),
    mode: str = "enforce",
) -> tuple[dict[str, Any] | None, list[Finding]]:
    """Return the plan or None, and the findings. raw: the declaration. on: the host."""
    around = Circumstances(directory=lay(directory, compose), provided=provided, tier_mode=mode)
    return make_plan(STACK if raw is None else raw, on or host(), around)


def planned(directory: Path, **changes: Any) -> dict[str, Any]:
    """Return the plan, which must be one. changes: the arguments of attempt."""
    plan, findings = attempt(directory, changes.pop("raw", None), **changes)
    assert plan is not None, explain(findings)
    return plan

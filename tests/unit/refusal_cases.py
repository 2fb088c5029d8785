# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Declarations, Compose files and hosts that are refused: one row each, one thing wrong in each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.units import GIB
from tests.planning import COMPOSE, STACK, disk, host, listener

R = "holdfast_stack"
WORKER = "    command: [run, worker]"
ROUTE = {"host": "www.example.org"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is broken, and what is to be told of it: said is part of rule or hint or value."""

    path: str
    said: str
    stack: dict[str, Any] = field(default_factory=dict)
    compose: str | None = COMPOSE
    on: dict[str, Any] = field(default_factory=dict)


def worker(said: str) -> str:
    return COMPOSE.replace(WORKER, said)


def _os(name: str, version: str) -> dict[str, Any]:
    return {"os": host()["os"] | {"id": name, "version": version}}


def _services(**services: Any) -> dict[str, Any]:
    return {"services": services}


def _settings(**settings: str) -> dict[str, Any]:
    return {"stores": {"postgres": {"memory": "1GiB", "settings": settings}}}


def _ports(port: int, **more: Any) -> dict[str, Any]:
    return {"ports": [{"port": port, "target": 25} | more]}


DECLARATION: dict[str, Case] = {
    "empty stack": Case(path=f"{R}.name", said="required", stack=dict.fromkeys(STACK)),
    "no tier": Case(path=f"{R}.tier", said="required", stack={"tier": None}),
    "unknown key at the top": Case(path=f"{R}.servces", said="did you mean 'services'?", stack={"servces": {}}),
    "unknown nested key": Case(
        path=f"{R}.services.web.rotues", said="did you mean 'routes'?", stack=_services(web={"rotues": []})
    ),
    "unknown tier": Case(path=f"{R}.tier", said="did you mean 'enterprise'?", stack={"tier": "enterprize"}),
    "inline tier, wrong unit": Case(path=f"{R}.tier.memory", said="4GiX", stack={"tier": {"memory": "4GiX"}}),
    "inline tier, unknown key": Case(path=f"{R}.tier.ram", said="known key", stack={"tier": {"ram": "4GiB"}}),
    "inline tier, missing key": Case(path=f"{R}.tier.disk", said="must be given", stack={"tier": {"disk": None}}),
    "wrong unit": Case(
        path=f"{R}.services.web.memory", said="512MiB or 8GB", stack=_services(web={"memory": "512 parsecs"})
    ),
    "no unit": Case(path=f"{R}.services.web.memory", said="give a unit", stack=_services(web={"memory": 512})),
    "name too long": Case(path=f"{R}.name", said="at most 32", stack={"name": "x" * 33}),
    "bad host name": Case(
        path=f"{R}.services.web.routes[0].host",
        said="www.example.org",
        stack=_services(web={"routes": [{"host": "www"}]}),
    ),
    "bad extension list": Case(
        path=f"{R}.stores.postgres.databases[0].extensions",
        said="a list",
        stack={"stores": {"postgres": {"databases": [{"name": "shop", "owner": "app", "extensions": "vector"}]}}},
    ),
    "redis without its use": Case(
        path=f"{R}.stores.redis.use", said="queue", stack={"stores": {"redis": {"use": None}}}
    ),
    "certificate without a key": Case(
        path=f"{R}.tls.key", said="mode: files", stack={"tls": {"mode": "files", "certificate": "compose.yaml"}}
    ),
    "certificate file missing": Case(
        path=f"{R}.tls.certificate",
        said="beside the inventory",
        stack={"tls": {"mode": "files", "certificate": "absent.pem", "key": "compose.yaml"}},
    ),
}

TOGETHER: dict[str, Case] = {
    "Compose file missing": Case(path="compose", said="compose.yaml", compose=None),
    "Compose file not YAML": Case(path="compose", said="compose.yaml:3", compose="services:\n  a: [\n"),
    "Compose file of another structure": Case(
        path="compose.services.web.imagee",
        said="did you mean 'image'?",
        compose="services: {web: {image: a, imagee: a}}",
    ),
    "Compose file without services": Case(path="compose.services", said="at least one service", compose="name: shop\n"),
    "profile that no service has": Case(path="compose.profiles", said="profile", stack={"profiles": ["full"]}),
    "services entry that Compose has not": Case(
        path=f"{R}.services.wbe", said="did you mean 'web'?", stack=_services(wbe={})
    ),
    "services entry that is a store": Case(path=f"{R}.services.db", said="stores.postgres", stack=_services(db={})),
    "two services on one route": Case(
        path=f"{R}.services.worker.routes[0]",
        said="web has it already",
        stack=_services(worker={"routes": [ROUTE | {"port": 1}]}),
    ),
    "store service missing": Case(
        path=f"{R}.stores.redis.service", said="did you mean 'cache'?", stack={"stores": {"redis": {"service": "cach"}}}
    ),
    "store behind a profile": Case(
        path=f"{R}.stores.redis.service",
        said=f"{R}.profiles",
        compose=COMPOSE.replace('cache: {image: "redis:7"}', 'cache: {image: "redis:7", profiles: [full]}'),
    ),
    "build without an image": Case(
        path=f"{R}.services.worker.image",
        said="built and pushed",
        compose=worker("    build: .").replace("  worker:\n    image: registry.example.org/web:1\n", "  worker:\n"),
    ),
    "route without a port": Case(
        path=f"{R}.services.worker.routes[0].port",
        said="required",
        stack=_services(worker={"routes": [{"host": "b.org"}]}),
    ),
    "one host port, two services": Case(
        path=f"{R}.services.worker.ports[0].port",
        said="service web",
        stack=_services(web=_ports(25), worker=_ports(25)),
    ),
    "published port with replicas": Case(
        path=f"{R}.services.worker.ports[0].port",
        said="one container",
        stack=_services(worker=_ports(25) | {"replicas": 2}),
    ),
    "published port of the edge": Case(
        path=f"{R}.services.worker.ports[0].port", said="edge", stack=_services(worker=_ports(443))
    ),
    "host network": Case(
        path="compose.services.worker.network_mode", said="networks", compose=worker("    network_mode: host")
    ),
    "network that is no bridge": Case(
        path="compose.networks.lan.driver",
        said="must be bridge",
        compose=f"{COMPOSE}networks: {{lan: {{driver: macvlan}}}}\n",
    ),
    "file to mount missing": Case(
        path="compose.services.worker.volumes",
        said="must exist",
        compose=worker("    volumes: ['./absent.ini:/a.ini']"),
    ),
}

SECRETS: dict[str, Case] = {
    "foreign literal secret": Case(
        path="compose.services.worker.environment.STRIPE_API_KEY",
        said="provide",
        compose=worker("    environment: {STRIPE_API_KEY: sk-laptop}"),
    ),
    "provided secret without a value": Case(
        path="app_secrets.SECRET_KEY", said="no value is given", stack={"secrets": {"SECRET_KEY": "provide"}}
    ),
    "secret that nobody uses": Case(
        path=f"{R}.secrets.NOBODY", said="variable", stack={"secrets": {"NOBODY": "generate"}}
    ),
    "user that owns no database": Case(
        path="compose.services.worker.environment.DATABASE_URL",
        said="owners: app",
        compose=worker("    environment: {DATABASE_URL: 'postgres://root:x@db/shop'}"),
    ),
    "unknown database": Case(
        path="compose.services.worker.environment.DATABASE_URL",
        said="databases: shop",
        compose=worker("    environment: {DATABASE_URL: 'postgres://app:x@db/shp'}"),
    ),
    "Redis by name without a password": Case(
        path="compose.services.worker.environment.REDIS_HOST",
        said="REDIS_PASSWORD",
        compose=worker("    environment: {REDIS_HOST: cache}"),
    ),
    "the superuser as an owner": Case(
        path=f"{R}.stores.postgres.databases",
        said="superuser",
        stack={
            "stores": {
                "postgres": {"databases": [{"name": "x", "owner": "holdfast"}, {"name": "shop", "owner": "app"}]}
            }
        },
    ),
}

HOST: dict[str, Case] = {
    "limits exceed the memory": Case(
        path="budget.memory", said="web 9 GiB", stack=_services(web={"memory": "3GiB", "replicas": 3})
    ),
    "one CPU limit above the host": Case(
        path=f"{R}.services.web.cpus", said="more CPUs", stack=_services(web={"cpus": 3})
    ),
    "too few CPUs": Case(path="host.cpus", said="at least 2 CPUs", on={"cpus": 1.0}),
    "too little RAM": Case(path="host.memory", said="at least 4 GiB", on={"memory_bytes": 3 * GIB}),
    "too little disk": Case(path="host.disk", said="at least 20 GiB", on={"mounts": [disk(total_bytes=10 * GIB)]}),
    "disk is full": Case(path="host.disk_free", said="at least 2 GiB", on={"mounts": [disk(free_bytes=GIB)]}),
    "port 80 taken": Case(path="host.ports.80/tcp", said="apache2", on={"listening": [listener(80, "apache2")]}),
    "declared port taken": Case(
        path="host.ports.25/tcp",
        said="exim4",
        stack=_services(worker=_ports(25)),
        on={"listening": [listener(25, "exim4")]},
    ),
    "unsupported release": Case(path="host.os", said="debian 12, 13", on=_os("debian", "11")),
    "unsupported system": Case(path="host.os", said="ubuntu 22.04", on=_os("alpine", "3.22")),
    "a Python that is too old": Case(path="host.python", said="3.10 to 3.14", on={"python": "3.9.2"}),
    "a Python that nobody tried": Case(path="host.python", said="3.15.0", on={"python": "3.15.0"}),
    "wrong architecture": Case(path="host.arch", said="x86_64", on={"arch": "i686"}),
    "no systemd": Case(path="host.init", said="systemd", on={"init": "other"}),
    "override above the container": Case(
        path=f"{R}.stores.postgres.settings", said="1 GiB", stack=_settings(work_mem="1GB")
    ),
    "override that is no size": Case(
        path=f"{R}.stores.postgres.settings.work_mem", said="64MB", stack=_settings(work_mem="much")
    ),
    "PostgreSQL in a tiny container": Case(
        path=f"{R}.stores.postgres.settings", said="128 MiB", stack={"stores": {"postgres": {"memory": "128MiB"}}}
    ),
}

CASES = DECLARATION | TOGETHER | SECRETS | HOST

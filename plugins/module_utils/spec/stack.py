# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The stack declaration: what a Compose file cannot say about the production host it is to run on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.spec.access import Access, Hardening
from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import (
    CPUS,
    PORT,
    SECONDS,
    SIZE,
    Choice,
    Flag,
    Integer,
    Kind,
    ListOf,
    MapOf,
    OneOrMore,
    Result,
    Scalar,
    Text,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.reserves import Release, Reserve
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section, key, table
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import Stores
from ansible_collections.holdfast.host.plugins.module_utils.spec.tiers import TIERS, OwnTier
from ansible_collections.holdfast.host.plugins.module_utils.spec.words import (
    HOST,
    IMAGE,
    LOCATION,
    NAME,
    PATH,
    VARIABLE,
    WORDS,
)

ROOT = "holdfast_stack"


class _TierKind:
    """A tier's name, or a minimum size; which tiers there are is the catalogue's business, not the shape's."""

    accepts = "a tier's name or {cpus, memory, disk}"

    def read(self, raw: object, path: str) -> Result:
        """Return the name or the mapping as it is; the tier module reads it further."""
        if isinstance(raw, str) or (isinstance(raw, Mapping) and raw):
            return raw, []
        return None, [Finding(path=path, value=raw, rule=f"must be {self.accepts}")]


TIER: Kind = _TierKind()


@dataclass(frozen=True, kw_only=True)
class Static:
    """Static files that a service serves, cached by browsers."""

    path: str = key(PATH, "the prefix under which they lie", example="/static/")
    expires: str = key(
        Text(accepts="an nginx time such as 1y or 30d", pattern=r"\d+[smhdwMy]"),
        "how long a browser may keep them",
        default="1y",
        example="1y",
    )


@dataclass(frozen=True, kw_only=True)
class Route:
    """An address under which a service answers the public."""

    host: str = key(HOST, "the host name", example="www.example.org")
    path: str = key(
        PATH, "a prefix: all paths that begin with it; the longest one of a host wins", default="/", example="/api/"
    )
    port: int | None = key(PORT, "the container's port; without it the only one it has", default=None, example="8000")
    websocket: bool = key(Flag(), "let connections be upgraded to WebSocket", default=False, example="true")
    static: Static | None = key(
        Section(shape=Static), "static files below the route", default=None, example="{path: /static/}"
    )
    body: int = key(SIZE, "largest request body", default=16 * 1024 * 1024, example="16MiB")
    timeout: float = key(SECONDS, "longest wait for an answer", default=60.0, example="60s")


@dataclass(frozen=True, kw_only=True)
class Health:
    """How to ask a service without a health check of its own whether it is well."""

    port: int = key(PORT, "the container's port", example="4001")
    path: str = key(PATH, "the path that answers 200 to 399 when it is well", default="/health", example="/health")


@dataclass(frozen=True, kw_only=True)
class Published:
    """A port that is published on the host besides the routes."""

    port: int = key(PORT, "the host's port", example="2525")
    target: int = key(PORT, "the container's port", example="25")
    address: str = key(
        Text(accepts="an IPv4 address", pattern=r"\d{1,3}(\.\d{1,3}){3}"),
        "the host's address it is bound to",
        default="0.0.0.0",  # noqa: S104 - a port is published only where somebody declared it, and then to all.
        example="203.0.113.5",
    )
    protocol: str = key(Choice(choices=("tcp", "udp")), "the protocol", default="tcp", example="tcp")


@dataclass(frozen=True, kw_only=True)
class Service:
    """What a server needs to know about a Compose service."""

    image: str | None = key(IMAGE, "the image to run; needed where Compose builds", default=None, example="app:1.4")
    routes: tuple[Route, ...] = key(
        ListOf(entry=Section(shape=Route)), "public addresses", default=(), example="[{host: www.example.org}]"
    )
    health: Health | None = key(Section(shape=Health), "a health check", default=None, example="{port: 4001}")
    ports: tuple[Published, ...] = key(
        ListOf(entry=Section(shape=Published)), "ports on the host", default=(), example="[{port: 2525, target: 25}]"
    )
    memory: int | None = key(SIZE, "memory limit instead of Compose's", default=None, example="1GiB")
    cpus: float | None = key(CPUS, "CPU limit instead of Compose's", default=None, example="1")
    disk: int | None = key(SIZE, "room for its volumes instead of the planned one", default=None, example="10GiB")
    weight: int = key(Integer(low=1, high=100), "its weight when RAM is shared out", default=1, example="2")
    replicas: int | None = key(Integer(low=1, high=64), "containers of it", default=None, example="2")
    environment: dict[str, str] = key(
        MapOf(entry=Scalar(), name=VARIABLE), "variables besides Compose's", default={}, example="{APP_ENV: prod}"
    )
    mounts: dict[str, str] = key(
        MapOf(entry=Choice(choices=("ship", "drop", "volume")), name=r"/.*"),
        "what a bind mount is, by its path in the container: ship (configuration, copied from beside Compose's file), "
        "drop (the laptop's alone) or volume (data, kept in a volume of the host)",
        default={},
        example='{"/app/uploads": volume}',
    )
    once: bool = key(Flag(), "it runs to its end and is not restarted", default=False, example="true")


@dataclass(frozen=True, kw_only=True)
class Tls:
    """Where the certificate comes from."""

    mode: str = key(
        Choice(choices=("self-signed", "files")),
        "self-signed, or files of yours",
        default="self-signed",
        example="files",
    )
    certificate: str | None = key(
        WORDS, "mode files: the chain, PEM, beside the inventory", default=None, example="tls/fullchain.pem"
    )
    key: str | None = key(WORDS, "mode files: the key, PEM, may be vaulted", default=None, example="tls/privkey.pem")


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The whole declaration."""

    name: str = key(
        NAME,
        "the stack's name; Compose projects, networks and volumes carry it, and a host holds one stack",
        example="pydotorg",
    )
    tier: Any = key(TIER, "the least machine that it may run on", example="enterprise")
    tiers: dict[str, OwnTier] = key(
        TIERS, "tiers of your own", default={}, example="{team: {cpus: 4, memory: 8GiB, disk: 20GiB}}"
    )
    location: str | None = key(
        LOCATION, "where the machine stands; a tier may ask for the European Union", default=None, example="de"
    )
    compose: tuple[str, ...] = key(
        OneOrMore(entry=WORDS),
        "your Compose file, beside the inventory",
        default=("compose.yaml",),
        example="compose.yaml",
    )
    profiles: tuple[str, ...] = key(ListOf(entry=WORDS), "Compose profiles to enable", default=(), example="[search]")
    variables: dict[str, str] = key(
        MapOf(entry=Scalar(), name=VARIABLE), "values for the Compose file's ${...}", default={}, example="{TAG: 1.4}"
    )
    stores: Stores = key(
        Section(shape=Stores), "stores to manage", default=Stores(), example="{redis: {service: redis, use: queue}}"
    )
    services: dict[str, Service] = key(
        MapOf(entry=Section(shape=Service)), "what Compose cannot say of a service", default={}, example="{web: {}}"
    )
    secrets: dict[str, str] = key(
        MapOf(entry=Choice(choices=("generate", "provide", "keep")), name=VARIABLE),
        "variables that hold secrets: made on the host, given in app_secrets, or kept as Compose has them",
        default={},
        example="{OPENAI_API_KEY: provide}",
    )
    tls: Tls = key(Section(shape=Tls), "certificates", default=Tls(), example="{mode: self-signed}")
    access: Access = key(Section(shape=Access), "who gets into the machine", default=Access(), example="{root: never}")
    hardening: Hardening = key(
        Section(shape=Hardening), "which doors are looked after", default=Hardening(), example="{sshd: false}"
    )
    system: Reserve = key(
        Section(shape=Reserve), "what the host keeps for itself", default=Reserve(), example="{memory: 4GiB, cpus: 1}"
    )
    monitoring: Reserve | None = key(
        Section(shape=Reserve), "room for metrics and logs; {} for the planned one", default=None, example="{}"
    )
    backup: Reserve | None = key(
        Section(shape=Reserve),
        "room for backup work; where nothing is said it is planned as soon as there is a store",
        default=None,
        example="{disk: 50GiB}",
    )
    kernel: dict[str, str] = key(
        MapOf(entry=Scalar(), name=r"[a-z]\w*(\.[\w-]+)+"),
        "kernel values (sysctl) instead of the planned ones",
        default={},
        example="{vm.swappiness: 1}",
    )
    release: Release = key(
        Section(shape=Release), "room for releases", default=Release(), example="{strategy: one-by-one}"
    )


def parse_stack(raw: object) -> tuple[Stack | None, list[Finding]]:
    """Return the typed declaration, or None and every finding about its shape."""
    value, findings = Section(shape=Stack).read(raw, ROOT)
    return value, findings


def reference() -> str:
    """Return the page about the declaration: every key of it, markdown."""
    rule = "A key that is not known is refused, with the nearest known one."
    return f"# The stack file\n\nEvery key of `{ROOT}`. {rule}\n\n" + table(Stack)

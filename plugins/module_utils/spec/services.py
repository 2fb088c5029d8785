# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the declaration says of a Compose service: its routes, health, ports and limits."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.spec.egress import EGRESS, Egress
from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import (
    CPUS,
    PORT,
    SECONDS,
    SIZE,
    Choice,
    Flag,
    Integer,
    ListOf,
    MapOf,
    Scalar,
    Text,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section, key
from ansible_collections.holdfast.host.plugins.module_utils.spec.words import (
    HOST,
    IMAGE,
    PATH,
    RISKS,
    RISKS_ARE,
    VARIABLE,
)


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
    admin: bool = key(Flag(), "let in from access.admin_from alone", default=False, example="true")
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
        Text(accepts="an IPv4 address", pattern=r"((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}"),
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
    risks: dict[str, str] = key(RISKS, RISKS_ARE, default={}, example="{privileged: it sets up the network}")
    egress: Egress | None = key(
        EGRESS,
        "all that it may reach; without it, it reaches everything",
        default=None,
        example="[api.example.org:443]",
    )

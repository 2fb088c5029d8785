# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Is what the Compose file runs as a store what the managed one can take the place of?"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding, nearest
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import (
    EXTENSIONS,
    PLAIN_POSTGRES,
    STATEFUL,
    VECTOR_POSTGRES,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT

# Major versions that each server has, of those that may be declared.
VERSIONS = {"redis": (7, 8), "valkey": (8, 9)}


def repository(image: str) -> str:
    """Return an image's name without registry, tag and digest; Docker Hub's own ones without library/."""
    words = image.partition("@")[0].split("/")
    words[-1] = words[-1].partition(":")[0]
    # Docker's own rule: the first word is a registry where it has a dot or a port, or is localhost.
    if len(words) > 1 and ("." in words[0] or ":" in words[0] or words[0] == "localhost"):
        words = words[1:]
    return "/".join(words).removeprefix("library/")


def findings(wish: Wish) -> list[Finding]:
    """Return images, extensions and versions that cannot be had, and servers left as they are."""
    return [*_postgres_image(wish), *_extensions(wish), *_redis_version(wish), *_ordinary(wish)]


def has_vector(wish: Wish) -> bool:
    """Tell whether the Compose service that PostgreSQL takes the place of has pgvector."""
    postgres = wish.stack.stores.postgres
    service = wish.project.services.get(postgres.service) if postgres else None
    return bool(service and service.image and repository(service.image) in VECTOR_POSTGRES)


def _postgres_image(wish: Wish) -> Iterator[Finding]:
    postgres = wish.stack.stores.postgres
    service = wish.project.services.get(postgres.service) if postgres else None
    if postgres is None or service is None or service.image is None:
        return
    enough = f"postgres:{postgres.version} or pgvector/pgvector:pg{postgres.version}"
    if repository(service.image) not in (*PLAIN_POSTGRES, *VECTOR_POSTGRES):
        yield Finding(
            path=f"compose.services.{service.name}.image",
            value=service.image,
            rule="the managed PostgreSQL has its own extensions and pgvector, and may lack what this image has",
            hint=f"where that is enough, name {enough} in the Compose file; else leave it out of {ROOT}.stores: it runs"
            " as an ordinary service then",
        )


def _extensions(wish: Wish) -> Iterator[Finding]:
    postgres = wish.stack.stores.postgres
    for index, database in enumerate(postgres.databases if postgres else ()):
        for place, name in enumerate(database.extensions):
            if name not in EXTENSIONS:
                yield Finding(
                    path=f"{ROOT}.stores.postgres.databases[{index}].extensions[{place}]",
                    value=name,
                    rule="must be an extension that the managed PostgreSQL has: its own ones, or vector",
                    hint=nearest(name, EXTENSIONS),
                )


def _redis_version(wish: Wish) -> Iterator[Finding]:
    redis = wish.stack.stores.redis
    if redis is None or redis.version in VERSIONS[redis.server]:
        return
    others = [server for server, versions in VERSIONS.items() if redis.version in versions]
    yield Finding(
        path=f"{ROOT}.stores.redis.version",
        value=redis.version,
        rule=f"must be {' or '.join(str(version) for version in VERSIONS[redis.server])} for {redis.server}",
        hint=f"{redis.version} is a version of {' and '.join(others)}: see {ROOT}.stores.redis.server",
    )


def _ordinary(wish: Wish) -> Iterator[Finding]:
    for name, service in wish.apps().items():
        if service.image and repository(service.image).rpartition("/")[2] in STATEFUL:
            yield Finding(
                path=f"compose.services.{name}.image",
                value=service.image,
                rule="holds data and runs as an ordinary service: not tuned, not backed up",
                hint=f"back its volumes up yourself; what can be managed is declared under {ROOT}.stores",
                level=WARNING,
            )

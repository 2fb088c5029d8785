# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The plan's stores as one Compose project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan import backup_config, shipped
from ansible_collections.holdfast.host.plugins.module_utils.plan.backup import SERVER
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.secret_files import DIRECTORY, REDIS_FILE
from ansible_collections.holdfast.host.plugins.module_utils.render import backup, egress, pooler
from ansible_collections.holdfast.host.plugins.module_utils.render.parts import (
    STORES_NETWORK,
    managed,
    network,
    own,
    settings_labels,
    volumes,
)
from ansible_collections.holdfast.host.plugins.module_utils.render.postgres_health import health


def _postgres(plan: Mapping[str, Any]) -> dict[str, Any]:
    store = plan["stores"]["postgres"]
    extensions = {name for database in store["databases"] for name in database["extensions"]}
    images = STORES["postgres"].images
    image = images["vector" if "vector" in extensions else ""].format(version=store["version"])
    data = backup_config.mount(store["version"])
    kind = "postgres-archived" if plan["backup"] else "postgres"
    secret = store["superuser_secret"]
    where = ("stores", store["service"])
    return managed(plan, kind, where, store["limit_bytes"], store["cpus"]) | {
        "image": image,
        "command": ["postgres", "-c", "config_file=/etc/postgresql/postgresql.conf"],
        "environment": {
            "POSTGRES_USER": store["superuser"],
            "POSTGRES_DB": "postgres",
            "POSTGRES_PASSWORD_FILE": f"/run/secrets/{secret}",
            "POSTGRES_INITDB_ARGS": "--data-checksums --auth-host=scram-sha-256",
            "POSTGRES_HOST_AUTH_METHOD": "scram-sha-256",
        },
        "secrets": [secret],
        "volumes": [f"holdfast-postgres:{data}", "/etc/holdfast/stores/postgres:/etc/postgresql:ro"],
        "healthcheck": health(store["superuser"]),
        "shm_size": str(store["shm_bytes"]),
        # A shutdown writes a checkpoint: as long as all buffers may take on this storage.
        "stop_grace_period": f"{store['stop_grace_seconds']}s",
        "labels": settings_labels("postgres", store),
    }


def _redis(plan: Mapping[str, Any], server: str) -> dict[str, Any]:
    """Return the service of Redis, or of Valkey: server is the start of its programs' names too."""
    store = plan["stores"]["redis"]
    images = STORES["redis"].images
    auth = 'REDISCLI_AUTH="$$(cut -d " " -f 2 /run/secrets/redis_auth)" ' if store["secret"] else ""
    return (
        managed(plan, "redis", ("stores", store["service"]), store["limit_bytes"], store["cpus"])
        | {
            "image": images.get(server, images[""]).format(version=store["version"]),
            "command": [f"{server}-server", "/usr/local/etc/redis/redis.conf"],
            "volumes": ["holdfast-redis:/data", "/etc/holdfast/stores/redis:/usr/local/etc/redis:ro"],
            "healthcheck": {
                "test": ["CMD-SHELL", f"{auth}{server}-cli ping | grep -q PONG"],
                "interval": "5s",
                "timeout": "5s",
                "retries": 12,
                "start_period": "30s",
            },
            "stop_grace_period": "60s",
            "labels": settings_labels("redis", store),
        }
        | ({"secrets": ["redis_auth"]} if store["secret"] else {})
    )


def _volume(plan: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return a managed store's volume. No key of the user's, ``<stack>_<key>``, gives its name."""
    return {f"holdfast-{kind}": {"name": f"{plan['name']}-stores_{kind}"}}


def _archived(plan: Mapping[str, Any], wish: Wish, services: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """Have PostgreSQL archive to a server beside it, by a socket in a volume. Return the networks that this takes."""
    kept[backup.SOCKET] = {"name": f"{plan['name']}-backup_socket"}
    name, (_, image) = plan["stores"]["postgres"]["service"], backup.image_of(plan, wish)
    given = services[name]["networks"]
    services[name] = backup.archiving(services[name], image, given if isinstance(given, dict) else dict.fromkeys(given))
    services[SERVER] = backup.server(plan, image)
    return backup.networks(plan)


def _limited(plan: Mapping[str, Any], wish: Wish, services: dict[str, Any], name: str) -> dict[str, Any]:
    """Have what answers for a store answer services with a list, too. Return the networks on which it does."""
    postgres = plan["stores"]["postgres"]
    behind = postgres and postgres["pooler"] and name == postgres["service"]
    answers = postgres["pooler"]["service"] if behind else name
    joined = egress.memberships(plan, name, [*([name] if behind else []), *wish.aliases(name)])
    given = services[answers]["networks"]
    if joined:
        services[answers]["networks"] = (given if isinstance(given, dict) else dict.fromkeys(given)) | joined
    return egress.declared(plan, joined)


def stores(plan: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """Return the project of the stores: reachable on the stack's internal network under their Compose names alone."""
    services: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    secrets: dict[str, Any] = {}
    postgres, redis = plan["stores"]["postgres"], plan["stores"]["redis"]
    if postgres:
        services[postgres["service"]] = _postgres(plan)
        kept |= _volume(plan, "postgres")
        secrets[postgres["superuser_secret"]] = {"file": f"{DIRECTORY}/{postgres['superuser_secret']}"}
    if redis and wish.stack.stores.redis:
        services[redis["service"]] = _redis(plan, wish.stack.stores.redis.server)
        kept |= _volume(plan, "redis")
        if redis["secret"]:
            secrets["redis_auth"] = {"file": REDIS_FILE}
    carried = [store["service"] for store in plan["stores"]["carried"]]
    for store in plan["stores"]["carried"]:
        where = ("stores", store["service"])
        services[store["service"]] = own(plan, wish, where, store["limit_bytes"], store["cpus"])
    for name, service in services.items():
        # A connection string may name the service as its container, or by an alias.
        others = wish.aliases(name)
        service["networks"] = {STORES_NETWORK: {"aliases": others}} if others else [STORES_NETWORK]
    networks = network(plan, STORES_NETWORK, external=False, internal=True)
    if postgres and postgres["pooler"]:
        services[postgres["service"]]["networks"] = pooler.server_networks(plan)
        services[postgres["pooler"]["service"]] = pooler.service(plan, wish.aliases(postgres["service"]))
        networks |= network(plan, pooler.POOL_NETWORK, external=False, internal=True)
    networks |= _archived(plan, wish, services, kept) if postgres and plan["backup"] else {}
    for name in list(services):
        networks |= _limited(plan, wish, services, name)
    project = {
        "name": f"{plan['name']}-stores",
        "services": services,
        "networks": networks,
        "volumes": kept | volumes(wish, carried),
    }
    sections = shipped.sections(wish, carried)
    secrets |= sections.pop("secrets", {})
    return project | sections | ({"secrets": secrets} if secrets else {})

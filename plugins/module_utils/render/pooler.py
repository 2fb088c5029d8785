# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PgBouncer as a Compose service in front of PostgreSQL, and the networks of the two.

The server's Compose service keeps its key, and with it its container and its volume: one server at any time. It stands
on a network of its own, where PgBouncer finds it by a name that nothing else has; on the stores' network its name is
PgBouncer's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import POOLER_IMAGE
from ansible_collections.holdfast.host.plugins.module_utils.plan.pooler import CONSOLE, DIRECTORY, SOCKETS
from ansible_collections.holdfast.host.plugins.module_utils.plan.restarts import LABEL
from ansible_collections.holdfast.host.plugins.module_utils.render.parts import STORES_NETWORK, managed

KIND = "pgbouncer"
POOL_NETWORK = "holdfast-pool"


def _label(pooler: Mapping[str, Any]) -> str:
    """Return all that its configuration file says: it is stateless, and a new file starts it anew."""
    noted = {each["name"]: each["value"] for each in pooler["settings"]}
    noted["databases"] = ", ".join(pooler["databases"])
    return json.dumps(noted, sort_keys=True, separators=(",", ":"))


def service(plan: Mapping[str, Any], others: Sequence[str]) -> dict[str, Any]:
    """Return the service. others: the names besides its Compose key by which containers reach the server.

    It waits for no server: clients wait within it, and a restart of the server leaves it and its clients alone.
    """
    store = plan["stores"]["postgres"]
    pooler = store["pooler"]
    port = next(each["value"] for each in pooler["settings"] if each["name"] == "listen_port")
    files = pooler["files"]
    return managed(plan, KIND, ("stores", pooler["service"]), pooler["limit_bytes"], None) | {
        "image": POOLER_IMAGE,
        # Whatever an image's own entrypoint makes of its environment, this one has its configuration already.
        "entrypoint": ["pgbouncer", f"{DIRECTORY}/pgbouncer.ini"],
        "command": [],
        "volumes": [f"/etc/holdfast/stores/pgbouncer:{DIRECTORY}:ro"],
        # Its console, and no database: it is well before the application's roles are made.
        "healthcheck": {
            "test": ["CMD", "pg_isready", "-q", "-h", SOCKETS, "-p", port, "-U", CONSOLE, "-d", CONSOLE],
            "interval": "5s",
            "timeout": "5s",
            "retries": 12,
            "start_period": "30s",
        },
        # Transactions that run come to their end; on SIGTERM it would wait until every client has left.
        "stop_signal": "SIGINT",
        "stop_grace_period": "30s",
        "ulimits": {"nofile": {"soft": files, "hard": files}},
        "labels": {"holdfast.kind": KIND, LABEL: _label(pooler).replace("$", "$$")},
        "networks": {STORES_NETWORK: {"aliases": [store["service"], *others]}, POOL_NETWORK: None},
    }


def server_networks(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the networks of the server behind the pooler."""
    return {POOL_NETWORK: {"aliases": [plan["stores"]["postgres"]["pooler"]["server"]]}}

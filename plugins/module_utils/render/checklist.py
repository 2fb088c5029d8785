# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the systems' own security lists are judged by besides what verify compares: names, never a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def expected(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the secrets with their origins, the database roles, public names, and the locations of administrators."""
    postgres, servers = plan["stores"]["postgres"], plan["edge"]["servers"]
    every = [(server["host"], location) for server in servers for location in server["locations"]]
    return {
        "secrets": {each["name"]: each["origin"] for each in plan["secrets"]},
        "directory": plan["paths"]["secrets"],
        "env_files": [each["path"] for each in plan["secret_files"]["app_env"]],
        "roles": [role["name"] for role in postgres["roles"]] if postgres else [],
        "role_secrets": [role["secret"] for role in postgres["roles"]] if postgres else [],
        "hosts": [server["host"] for server in servers],
        "admin": [
            f"{host}{location['quiet_path'] or location['path']}" for host, location in every if location["admin"]
        ],
        "app": plan["projects"]["app"]["name"],
        "audit": "audit" in plan["hardening"]["concerns"],
    }

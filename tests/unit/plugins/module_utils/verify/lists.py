# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A host on which every row of the lists that can be seen holds, for tests that change one thing about it."""

from __future__ import annotations

from typing import Any

LOG: dict[str, Any] = {
    "directory": "/var/log/holdfast/edge", "file": "access.log", "owner": 101, "keep_days": 365, "bytes": 2**30,
    "rotate_bytes": 2**25, "project": "shop-edge", "service": "nginx",
}  # fmt: skip
LOG_SEEN: dict[str, Any] = {
    "settings": LOG,
    "units": {
        "holdfast-access-log.timer": {"ActiveState": "active", "UnitFileState": "enabled"},
        "holdfast-access-log.service": {"Result": "success"},
    },
    "current": True, "bytes": 5, "oldest_days": 3.0, "cut_days": None,
}  # fmt: skip
EXPECT: dict[str, Any] = {
    "postgres": {"project": "shop-stores", "service": "db", "superuser": "holdfast"},
    "redis": {"project": "shop-stores", "service": "cache"},
    "firewall": None,
    "sshd": {"passwordauthentication": "no"},
    "access_log": LOG,
    "backup": {"timers": ["holdfast-backup-full.timer"], "truth": "/nowhere/truth.json", "encrypted": True},
    "checklist": {
        "secrets": {"SECRET_KEY": "generate", "SMTP_PASSWORD": "provide", "POSTGRES_PASSWORD_APP": "generate"},
        "directory": "/etc/holdfast/secrets",
        "env_files": ["/etc/holdfast/app/.env"],
        "roles": ["app"],
        "role_secrets": ["POSTGRES_PASSWORD_APP"],
        "hosts": ["www.example.org"],
        "admin": ["www.example.org/admin/"],
        "app": "shop-blue",
        "audit": True,
    },
}
CHECKED: dict[str, Any] = {
    "secrets": {
        "lengths": {"SECRET_KEY": 43, "SMTP_PASSWORD": 69, "POSTGRES_PASSWORD_APP": 43}, "shared": [], "defaults": []
    },
    "leaks": {"names": [], "bytes": 1000},
    "variables": {"web": {"APP_ENV": "prod", "SMTP_HOST": "smtp.example.org",
                          "OAUTH_REDIRECT_BASE_URL": "https://www.example.org"}},
    "users": {"web": 1000},
    "env_files": {"/etc/holdfast/app/.env": {"mode": "0400", "git": False}},
    "edge": {
        "www.example.org": {
            "headers": {"strict-transport-security": "x", "x-content-type-options": "x", "x-frame-options": "x"},
            "leave": None, "tls": "TLSv1.3", "http": "301 https://www.example.org/",
        }
    },
    "old_tls": "refused",
    "encrypted": True,
    "audit": "active",
    "roles": {"app": "false", "holdfast": "true"},
    "redis": "refused",
}  # fmt: skip
SEEN: dict[str, Any] = {
    "containers": [{"name": "shop-stores-db-1", "project": "shop-stores", "published": []}],
    "sshd": [{"who": "everybody", "values": {"passwordauthentication": "no"}}],
    "routes": [{"host": "www.example.org", "path": "/admin/", "status": 403}],
    "access_log": LOG_SEEN,
    "backup": {"idle": [], "undeclared": [], "age": 60.0, "findings": [], "truths": [{"repository": 1, "fulls": 3}]},
}


def seen(**changes: Any) -> dict[str, Any]:
    """Return the host with other observations of the checklist."""
    return SEEN | {"checklist": CHECKED | changes}


def expected(**changes: Any) -> dict[str, Any]:
    """Return the expectation with other facts of the checklist."""
    return EXPECT | {"checklist": EXPECT["checklist"] | changes}

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The small records that the steps of the plan hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Project, Service
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import Stack
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import CarriedStore, Postgres, Redis, declared


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One thing that a laptop's Compose file says and a server does otherwise; path: where it stands."""

    path: str
    done: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return the decision as a JSON-able dict."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One tuned setting with its reason; overridden where the declaration gave the value."""

    name: str
    value: str
    reason: str

    def as_dict(self) -> dict[str, str]:
        """Return the setting as a JSON-able dict."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A secret by name. origin: generate (made on the host, once) or provide (from app_secrets)."""

    name: str
    origin: str = "generate"
    why: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return name, origin and use; a plan never holds the value."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class LocalPath:
    """A file or directory on the controller. digest: a fingerprint of all its content."""

    directory: bool
    digest: str


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a plan is made from: the declaration, the Compose project, and who provides which secret.

    local_paths: what the project's bind mounts name and what is there on the controller.
    """

    stack: Stack
    project: Project
    provided: frozenset[str] = frozenset()
    local_paths: Mapping[str, LocalPath] = field(default_factory=dict)

    # Asked for by every step, for every service: worked out once.
    @cached_property
    def _stores(self) -> Mapping[str, Postgres | Redis | CarriedStore]:
        return declared(self.stack.stores)

    @cached_property
    def _taken(self) -> Mapping[str, str]:
        return {store.service: kind for kind, store in self._stores.items()}

    def stores(self) -> Mapping[str, Postgres | Redis | CarriedStore]:
        """Return the declared stores by kind."""
        return self._stores

    def taken(self) -> Mapping[str, str]:
        """Return the kind of store by the name of the Compose service that it takes the place of."""
        return self._taken

    def aliases(self, service: str) -> list[str]:
        """Return the other names by which containers reach a Compose service, in the file's order, each once.

        They are its container_name, its hostname and its aliases in networks.
        """
        found = self.project.services.get(service)
        if found is None:
            return []
        names = [found.extra.get("container_name"), found.extra.get("hostname")]
        for options in found.networks.values():
            names += options.get("aliases") or []
        return list(dict.fromkeys(str(name) for name in names if name and name != service))

    def addresses(self) -> Mapping[str, str]:
        """Return the kind of store by every name that a connection string may have for it."""
        taken = self.taken()
        extra = {name: kind for service, kind in taken.items() for name in self.aliases(service)}
        return {**extra, **taken}

    def apps(self) -> Mapping[str, Service]:
        """Return the Compose services that are the application's own."""
        taken = self.taken()
        return {name: service for name, service in self.project.services.items() if name not in taken}

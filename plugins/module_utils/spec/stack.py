# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The stack declaration: what a Compose file cannot say about the production host it is to run on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.spec.access import Access, Hardening, Logs
from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import Backup
from ansible_collections.holdfast.host.plugins.module_utils.spec.egress import Gate
from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import (
    Choice,
    Kind,
    ListOf,
    MapOf,
    OneOrMore,
    Result,
    Scalar,
)
from ansible_collections.holdfast.host.plugins.module_utils.spec.reserves import Release, Reserve
from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section, key, table
from ansible_collections.holdfast.host.plugins.module_utils.spec.services import Service
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import Stores
from ansible_collections.holdfast.host.plugins.module_utils.spec.tiers import TIERS, OwnTier
from ansible_collections.holdfast.host.plugins.module_utils.spec.volume import Volume
from ansible_collections.holdfast.host.plugins.module_utils.spec.words import (
    DIGEST,
    LOCATION,
    NAME,
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
    pins: dict[str, str] = key(
        MapOf(entry=DIGEST, name=r"[\w./:-]+"),
        "digests by image, those of stores and edge too; once one has a digest, every one must have one",
        default={},
        example=f"{{'nginx:1.30': 'sha256:{'0' * 64}'}}",
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
    logs: Logs = key(Section(shape=Logs), "the machine's own logs", default=Logs(), example="{keep: 365d}")
    data: Volume | None = key(
        Section(shape=Volume),
        "a disk of its own for what containers keep; the system's where nothing is said",
        default=None,
        example="{device: /dev/disk/by-id/scsi-0HC_Volume_1}",
    )
    egress: Gate = key(
        Section(shape=Gate),
        "the gate of services with a list of names",
        default=Gate(),
        example="{pool: 10.99.0.0/16}",
    )
    system: Reserve = key(
        Section(shape=Reserve), "what the host keeps for itself", default=Reserve(), example="{memory: 4GiB, cpus: 1}"
    )
    monitoring: Reserve | None = key(
        Section(shape=Reserve), "room for metrics and logs; {} for the planned one", default=None, example="{}"
    )
    backup: Backup | None = key(
        Section(shape=Backup),
        "where backups go, when, how long; room for the work is planned as soon as there is a store",
        default=None,
        example="{repositories: [{local: {path: /backups}}]}",
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

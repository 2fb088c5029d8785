# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The images of the lab: what each is built from and the names it is served under."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .hosts import HOSTS, LABEL, REGISTRY_NAME

REPOSITORY = "holdfast-lab"


@dataclass(frozen=True, kw_only=True)
class Image:
    """One image.

    suite and include: a Debian release and packages, for an image that starts from nothing; or
    parent and directory: an image of this catalogue and the directory below images/ with its Dockerfile.
    serves: repository:tag as the registry has it. arguments: of the build.
    """

    name: str
    suite: str = ""
    include: tuple[str, ...] = ()
    parent: str = ""
    directory: str = ""
    serves: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)


def _demo_app(version: str) -> Image:
    return Image(
        name=f"demo_app_{version}", parent="python", directory="demo_app", serves=f"holdfast/demo-app:{version}",
        arguments={"VERSION": version},
    )  # fmt: skip


def _redis(name: str, serves: str) -> Image:
    return Image(name=name, parent="base", directory="redis", serves=serves, arguments={"NAME": name})


HOST_PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "openssh-server", "python3", "sudo", "iproute2", "ca-certificates", "procps",
)  # fmt: skip
# Parents come before their children.
IMAGES: dict[str, Image] = {
    image.name: image
    for image in (
        Image(name="host_base", suite="trixie", include=HOST_PACKAGES),
        Image(name="host", parent="host_base", directory="host"),
        Image(name="host_ubuntu_like", parent="host", directory="host_ubuntu_like"),
        Image(name="host_legacy", parent="host", directory="host_legacy"),
        # With a kernel of its own: vms.py boots it.
        Image(name="vm", parent="host", directory="vm"),
        # A host of the release that has a library of S3 which knows locks.
        Image(name="vault_base", suite="forky", include=HOST_PACKAGES),
        Image(name="vault_host", parent="vault_base", directory="host"),
        Image(name="vault", parent="vault_host", directory="vault"),
        Image(name="base", suite="forky", include=("ca-certificates", "curl")),
        Image(name="tools", parent="base", directory="tools"),
        Image(name="bench", parent="base", directory="bench"),
        # Compose by itself, of the release that the hosts have: it judges the files that are read and written.
        Image(name="compose", suite="trixie", include=("docker-compose",)),
        Image(name="postgres", parent="base", directory="postgres", serves="library/postgres:18"),
        _redis("redis", serves="library/redis:8"),
        _redis("valkey", serves="valkey/valkey:9"),
        Image(name="pgbouncer", parent="base", directory="pgbouncer", serves="edoburu/pgbouncer:v1.24.1-p1"),
        Image(name="nginx", parent="base", directory="nginx", serves="library/nginx:1.30"),
        Image(name="python", parent="base", directory="python"),
        _demo_app("1"),
        _demo_app("2"),
        Image(name="meilisearch", parent="python", directory="meilisearch", serves="getmeili/meilisearch:v1"),
        Image(name="maildev", parent="python", directory="maildev", serves="maildev/maildev:2"),
        Image(name="objects", parent="python", directory="objects",
              serves="minio/minio:RELEASE.2025-09-07T16-13-09Z"),
    )
}  # fmt: skip

# Documentation and translations of packages: a third of a small image, read by nobody in a container.
EXCLUDED = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/share/lintian/*")


def debootstrap_arguments(image: Image) -> list[str]:
    """Return the arguments of ``mmdebstrap`` but for the file it writes. No mirror is named: it knows its own."""
    # A suite that is not released may have an index that ran out; the packages' signatures are checked all the same.
    words = ["--variant=minbase", '--aptopt=Acquire::Check-Valid-Until "false"', f"--include={','.join(image.include)}"]
    if image.name != "host_base":
        words += [f"--dpkgopt=path-exclude={path}" for path in EXCLUDED]
        words += ["--dpkgopt=path-include=/usr/share/doc/*/copyright"]
    return [*words, image.suite]


def tree_hash(directory: Path) -> str:
    """Return a hash of the names, modes and contents of the files below a directory."""
    digest = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            executable = path.stat().st_mode & 0o100
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(directory)} {executable} {content}\n".encode())
    return digest.hexdigest()


def content_hash(name: str, root: Path) -> str:
    """Return the short hash of everything that decides what an image holds, its parents included.

    root: the directory with the images' own directories. Packages are not part of it: they are those of the day.
    """
    image = IMAGES[name]
    if image.parent:
        parts = [content_hash(image.parent, root), tree_hash(root / image.directory), dict(image.arguments)]
    else:
        parts = [debootstrap_arguments(image)]
    return hashlib.sha256(json.dumps([LABEL, *parts], sort_keys=True).encode()).hexdigest()[:16]


def reference(name: str, root: Path) -> str:
    """Return the name and tag under which the engine keeps an image."""
    return f"{REPOSITORY}/{name}:{content_hash(name, root)}"


def lineage(names: set[str]) -> list[str]:
    """Return the images that are needed for ``names``, parents first."""
    wanted: set[str] = set()
    for name in names:
        current = name
        while current:
            wanted.add(current)
            current = IMAGES[current].parent
    return [name for name in IMAGES if name in wanted]


def served_as(image: Image) -> str:
    """Return the name a host's Compose file uses for a served image."""
    if image.serves.startswith("holdfast/"):
        return f"{REGISTRY_NAME}:5000/{image.serves}"
    return image.serves.removeprefix("library/")


HOST_IMAGES = frozenset(host.image for host in HOSTS.values())
SERVED = tuple(image for image in IMAGES.values() if image.serves)

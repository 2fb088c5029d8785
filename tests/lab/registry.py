# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The lab's network and the registry on it that serves the stack images to the hosts."""

from __future__ import annotations

import json
import os
import socket
import urllib.error
import urllib.request

from . import builder
from .catalogue import SERVED, Image, reference
from .hosts import LABEL, NETWORK, REGISTRY_ADDRESS, SUBNET, SUBNET6
from .paths import IMAGES as DIRECTORY
from .shell import LabError, run, scaled, step, succeeds, wait_until

CONTAINER = "holdfast-lab-registry"
VOLUME = "holdfast-lab-registry"
PUSH_PORT = int(os.environ.get("LAB_PUSH_PORT", "5000"))
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
TIMEOUT_SECONDS = 10


def ensure_network() -> None:
    """Make the network with fixed addresses; without IPv6 where the engine has none."""
    if succeeds(["docker", "network", "inspect", NETWORK]):
        return
    with step(f"make network {NETWORK} {SUBNET}"):
        words = ["docker", "network", "create", "--label", f"{LABEL}=1", "--subnet", SUBNET]
        if not succeeds([*words, "--ipv6", "--subnet", SUBNET6, NETWORK]):
            run([*words, NETWORK])


def has_ipv6() -> bool:
    """Return True where the lab's network has IPv6."""
    return run(["docker", "network", "inspect", "--format", "{{.EnableIPv6}}", NETWORK]).strip() == "true"


def ensure_registry() -> None:
    """Have the registry running from its current image, and every served image in it."""
    image = reference("tools", DIRECTORY)
    current = ["docker", "ps", "--quiet", "--filter", f"name=^{CONTAINER}$", "--filter", f"ancestor={image}"]
    if not run(current).strip():
        with step("start the registry"):
            start(image)
    for served in SERVED:
        target = f"127.0.0.1:{PUSH_PORT}/{served.serves}"
        if not is_pushed(served):
            with step(f"push {served.serves}"):
                run(["docker", "tag", reference(served.name, DIRECTORY), target])
                run(["docker", "push", "--quiet", target])


def start(image: str) -> None:
    """Start the registry on the machine's loopback and the lab's network. Raises LabError where the port is taken."""
    remove(container_only=True)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PUSH_PORT))
        except OSError:
            raise LabError(
                f"127.0.0.1:{PUSH_PORT} is taken by another program and the lab's registry needs it.\n"
                "Stop that program, or set LAB_PUSH_PORT to a free port."
            ) from None
    if not succeeds(["docker", "volume", "inspect", VOLUME]):
        run(["docker", "volume", "create", "--label", f"{LABEL}=1", VOLUME])
    run(
        ["docker", "run", "--detach", "--name", CONTAINER, "--label", f"{LABEL}=1", "--network", NETWORK,
         "--ip", REGISTRY_ADDRESS, "--publish", f"127.0.0.1:{PUSH_PORT}:5000",
         "--volume", f"{VOLUME}:/var/lib/registry", image]
    )  # fmt: skip
    wait_until("the registry", registry_answers, seconds=scaled(30))


def registry_answers() -> bool:
    """Return True where the registry's API answers."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{PUSH_PORT}/v2/", timeout=TIMEOUT_SECONDS).close()
    except OSError:
        return False
    return True


def served_digest(serves: str) -> str:
    """Return the digest of what the registry has under repository:tag; empty text for nothing."""
    repository, _, tag = serves.rpartition(":")
    url = f"http://127.0.0.1:{PUSH_PORT}/v2/{repository}/manifests/{tag}"
    request = urllib.request.Request(url, method="HEAD", headers={"Accept": MANIFEST})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - the address is ours
            return str(answer.headers["Docker-Content-Digest"])
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise LabError(f"the registry answers {error.code} for {serves}") from error
        return ""


def is_pushed(served: Image) -> bool:
    """Return True where the registry has exactly the current image: the engine remembers the digest it pushed."""
    digest = served_digest(served.serves)
    known = json.loads(
        run(["docker", "image", "inspect", "--format", "{{json .RepoDigests}}", reference(served.name, DIRECTORY)])
    )
    repository = served.serves.rpartition(":")[0]
    return bool(digest) and any(entry.endswith(f"/{repository}@{digest}") for entry in known or [])


def remove(*, container_only: bool = False) -> None:
    """Remove the registry, and what it stores unless ``container_only``."""
    if succeeds(["docker", "container", "inspect", CONTAINER]):
        run(["docker", "rm", "--force", CONTAINER])
    if not container_only and succeeds(["docker", "volume", "inspect", VOLUME]):
        run(["docker", "volume", "rm", VOLUME])


def ensure(host_images: set[str]) -> None:
    """Have the network, every served image, the given host images, and the registry that serves."""
    ensure_network()
    builder.ensure({"tools", *(served.name for served in SERVED), *host_images})
    ensure_registry()

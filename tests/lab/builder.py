# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Building the images that are not there yet."""

from __future__ import annotations

import tempfile
from pathlib import Path

from .catalogue import IMAGES, Image, debootstrap_arguments, lineage, reference
from .hosts import LABEL
from .paths import CACHE
from .paths import IMAGES as DIRECTORY
from .shell import run, step


def present() -> set[str]:
    """Return the references of the lab's images that the engine has."""
    listing = run(["docker", "images", "--filter", f"label={LABEL}", "--format", "{{.Repository}}:{{.Tag}}"])
    return set(listing.split())


def ensure(names: set[str]) -> None:
    """Build what is missing of ``names`` and their parents."""
    have = present()
    for name in lineage(names):
        if reference(name, DIRECTORY) not in have:
            with step(f"build image {name}"):
                build(IMAGES[name])


def build(image: Image) -> None:
    """Build one image whose parent is there."""
    if image.suite:
        bootstrap(image)
        return
    # Without --force-rm a failed build leaves its container behind, which nothing else would ever remove.
    words = [
        "docker",
        "build",
        "--quiet",
        "--force-rm",
        "--label",
        f"{LABEL}=1",
        "--tag",
        reference(image.name, DIRECTORY),
    ]
    words += ["--build-arg", f"PARENT={reference(image.parent, DIRECTORY)}"]
    for key, value in image.arguments.items():
        words += ["--build-arg", f"{key}={value}"]
    run([*words, str(DIRECTORY / image.directory)], timeout=1800)


def bootstrap(image: Image) -> None:
    """Make a root file system from packages and import it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="rootfs-") as directory:
        archive = Path(directory) / "root.tar"
        run(["mmdebstrap", "--quiet", *debootstrap_arguments(image), archive], timeout=1800)
        run(["docker", "import", "--change", f"LABEL {LABEL}=1", archive, reference(image.name, DIRECTORY)])


def remove_all() -> None:
    """Remove every image of the lab: first by name, then by id what names left behind when they moved on."""
    with step("remove the images"):
        # Where the tag alone has moved on, the engine shows the name with <none>, and refuses that as a reference.
        remove({name for name in present() if "<none>" not in name})
        remove(set(run(["docker", "images", "--quiet", "--filter", f"label={LABEL}"]).split()))


def remove(references: set[str]) -> None:
    """Remove images by name or id; none is fine."""
    if references:
        run(["docker", "rmi", "--force", *sorted(references)])

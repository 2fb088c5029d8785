# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Images by their digests: what runs is what was looked at, whatever a registry serves under the same tag later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, nearest
from ansible_collections.holdfast.host.plugins.module_utils.plan.backup import IMAGE
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT


def pinned(image: str, pins: Mapping[str, str]) -> str:
    """Return an image with its digest, the image as it is where it has none."""
    return f"{image}@{pins[image]}" if image in pins else image


def findings(projects: Mapping[str, Any], pins: Mapping[str, str], bases: Iterable[str] = ()) -> Iterator[Finding]:
    """Yield the images without a digest and the digests without an image; none where no image is to have one.

    projects: as they are rendered, with digests. bases: what images are built from on the host.
    """
    if not pins:
        return
    run = {each["image"] for project in projects.values() for each in project["services"].values()}
    images = sorted({image for image in run if not image.startswith(f"{IMAGE}:")} | set(bases))
    for image in images:
        if "@" not in image:
            rule = "must have a digest, as every image once one has"
            hint = f"docker buildx imagetools inspect {image} --format '{{{{.Manifest.Digest}}}}'"
            yield Finding(path=f"{ROOT}.pins", value=image, rule=rule, hint=hint)
    named = [image.partition("@")[0] for image in images]
    for image in pins:
        if image not in named:
            rule = "must be an image that is run"
            yield Finding(path=f"{ROOT}.pins.{image}", value=image, rule=rule, hint=nearest(image, named))

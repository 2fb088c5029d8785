# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One block device: how large it is, what is in it, and who uses it. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from ansible_collections.holdfast.host.plugins.module_utils.command import Run
from ansible_collections.holdfast.host.plugins.module_utils.host_disk import rotational
from ansible_collections.holdfast.host.plugins.module_utils.host_parse import MountLine, parse_mountinfo
from ansible_collections.holdfast.host.plugins.module_utils.host_tree import Tree
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Device
from ansible_collections.holdfast.host.plugins.module_utils.units import MIB

# The kernel counts a device's size in sectors of 512 bytes, whatever its own are.
SECTOR = 512
# blkid(8): 2 is nothing that it knows, 8 several things at once.
NOTHING, SEVERAL = 2, 8
UNKNOWN = "data of a kind that is not known"


def read_device(tree: Tree, path: str, run: Run) -> Device | None:
    """Return the block device at a path, None where there is none.

    It is blank only where blkid knows nothing in it and both its ends are zeros: other data may be somebody's. Not by
    udev's word, for a container has no udev, and a device that was just written may be ahead of it.
    """
    real = tree.resolve(path)
    block = tree.resolve(f"/sys/class/block/{PurePosixPath(real).name}") if real else None
    if block is None or real is None:
        return None
    size = int((tree.text(f"{block}/size") or "0").strip()) * SECTOR
    content, label = _content(tree, real, size, run)
    lines = parse_mountinfo(tree.text("/proc/self/mountinfo") or "")
    return Device(
        path=path,
        size_bytes=size,
        content=content,
        label=label,
        rotational=rotational(tree, block),
        above=tuple(_above(tree, block)),
        mounted=tuple(_mounted(tree, block, lines)),
    )


def _content(tree: Tree, real: str, size: int, run: Run) -> tuple[str | None, str]:
    """Return what is in a device, None where that cannot be read, and its label."""
    said = run(["blkid", "-p", "-o", "export", real], "")
    if said.status == SEVERAL:
        return "several kinds of data at once", ""
    if said.status not in (0, NOTHING):
        return None, ""
    found = dict(line.split("=", 1) for line in said.out.splitlines() if "=" in line)
    known = found.get("TYPE") or found.get("PTTYPE")
    if known:
        return known, found.get("LABEL", "")
    blank = _zeros(tree, real, size)
    return (None if blank is None else "" if blank else UNKNOWN), ""


def _zeros(tree: Tree, real: str, size: int) -> bool | None:
    """Tell whether the first and the last MiB are zeros, None where they cannot be read."""
    try:
        with tree.at(real).open("rb") as stream:
            first = stream.read(MIB)
            stream.seek(max(0, size - MIB))
            return not any(first) and not any(stream.read(MIB))
    except OSError:
        return None


def _above(tree: Tree, block: str) -> Iterator[str]:
    """Yield what lies upon a device: its partitions, and the names of what is mapped onto it."""
    for name in tree.names(block):
        if tree.has(f"{block}/{name}/partition"):
            yield name
    for name in tree.names(f"{block}/holders"):
        yield (tree.text(f"/sys/class/block/{name}/dm/name") or name).strip()


def _mounted(tree: Tree, block: str, lines: Sequence[MountLine]) -> list[str]:
    holders = [f"/sys/class/block/{name}" for name in tree.names(f"{block}/holders")]
    numbers = {(tree.text(f"{each}/dev") or "").strip() for each in (block, *holders)}
    return sorted({line.path for line in lines if line.dev in numbers})

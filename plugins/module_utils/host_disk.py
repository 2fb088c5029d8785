# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The filesystems that hold data, and the disks below them: through partitions, LVM, encryption and md arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from ansible_collections.holdfast.host.plugins.module_utils.host_parse import MountLine
from ansible_collections.holdfast.host.plugins.module_utils.host_tree import Tree
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Mount

# Size of a filesystem: path in, (total, free for an ordinary user) in bytes out. Raises OSError.
Usage = Callable[[str], "tuple[int, int]"]

# Local filesystems only: a network filesystem whose server is gone would hang the reader, and no store belongs on one.
_LOCAL = frozenset({"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "reiserfs", "vfat", "xfs", "zfs"})
_HYPERVISORS = frozenset({"QEMU", "VMware", "VMware,", "Msft", "VBOX", "Xen", "Google", "Amazon"})


def read_mounts(tree: Tree, lines: Sequence[MountLine], usage: Usage) -> tuple[Mount, ...]:
    """Return the mounts that hold data, by path: local filesystems, and whatever the root is.

    A mount inside another one of the same filesystem (a bind mount) is left out, for its space is counted already.
    """
    kept: dict[str, MountLine] = {}
    for path, line in sorted({line.path: line for line in lines}.items()):
        above = max((other for other in kept if PurePosixPath(path).is_relative_to(other)), key=len, default=None)
        real = (line.fstype in _LOCAL or path == "/") and tree.is_directory(path)
        if real and (above is None or kept[above].dev != line.dev):
            kept[path] = line
    mounts = (_read_mount(tree, line, usage) for line in kept.values())
    return tuple(mount for mount in mounts if mount is not None)


def rotational(tree: Tree, block: str) -> bool | None:
    """Return whether a block device, by its sysfs directory, spins; None where that cannot be told."""
    return _rotational(tree, _stack(tree, block))


def _read_mount(tree: Tree, line: MountLine, usage: Usage) -> Mount | None:
    try:
        total, free = usage(line.path)
    except OSError:
        # Gone since the table was read, or not ours to enter: nothing can be said about it.
        return None
    if not total:
        return None
    top = _block(tree, line)
    stack = _stack(tree, top) if top else []
    name = f"/dev/{PurePosixPath(top).name}" if top and line.source == "/dev/root" else line.source
    return Mount(
        path=line.path,
        total_bytes=total,
        free_bytes=free,
        device=name,
        fstype=line.fstype,
        rotational=_rotational(tree, stack),
        raid_level=_raid_level(tree, stack),
    )


def _block(tree: Tree, line: MountLine) -> str | None:
    """Return the sysfs directory of the block device, None where there is none (overlay, zfs)."""
    if not line.dev.startswith("0:"):
        return tree.resolve(f"/sys/dev/block/{line.dev}")
    # btrfs numbers its filesystems itself; its source still names a device.
    device = tree.resolve(line.source) if line.source.startswith("/dev/") else None
    return tree.resolve(f"/sys/class/block/{PurePosixPath(device).name}") if device else None


def _stack(tree: Tree, block: str) -> list[str]:
    """Return the block device and all devices below it, top first; a partition stands for its disk."""
    whole = str(PurePosixPath(block).parent) if tree.has(f"{block}/partition") else block
    below = (tree.resolve(f"{whole}/slaves/{name}") for name in tree.names(f"{whole}/slaves"))
    return [whole, *(device for lower in below if lower for device in _stack(tree, lower))]


def _rotational(tree: Tree, stack: Sequence[str]) -> bool | None:
    """Return True where any disk spins, None where any does not say and none spins."""
    answers = {_spins(tree, block) for block in stack if not tree.names(f"{block}/slaves")}
    if True in answers:
        return True
    return False if answers == {False} else None


def _spins(tree: Tree, disk: str) -> bool | None:
    answer = (tree.text(f"{disk}/queue/rotational") or "").strip()
    if answer == "0":
        return False
    # The kernel calls a disk rotational until told otherwise, and few hypervisors tell: there a 1 means nothing.
    vendor = (tree.text(f"{disk}/device/vendor") or "").strip()
    virtual = "/virtio" in disk or "/virtual/" in disk or PurePosixPath(disk).name.startswith("xvd")
    return True if answer == "1" and not virtual and vendor not in _HYPERVISORS else None


def _raid_level(tree: Tree, stack: Sequence[str]) -> str | None:
    levels = ((tree.text(f"{block}/md/level") or "").strip() for block in stack)
    return next((level for level in levels if level), None)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A disk of its own for what containers keep: what becomes of it, and what is refused before anything is written to it.

Sources: cryptsetup-luksFormat(8), crypttab(5), systemd.mount(5) on nofail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Device, Host, Mount
from ansible_collections.holdfast.host.plugins.module_utils.plan.fit import DATA_PATH
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Decision, Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT
from ansible_collections.holdfast.host.plugins.module_utils.spec.volume import Volume
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes

PATH = f"{ROOT}.data"
# The label of what we made, and the name under which the kernel maps it.
NAME = "holdfast-data"
SECRET = "data_volume"  # noqa: S105  # its name, not its value
FILESYSTEM = "ext4"
ENCRYPTED = "crypto_LUKS"
# Names that the kernel gives in the order in which it finds disks.
_PASSING = re.compile(r"/dev/(sd|vd|hd|xvd)[a-z]+\d*|/dev/nvme\d+n\d+(p\d+)?")
# What a filesystem and the header before it take of a device. Counted the same before it is made and after, so that no
# planned size changes between two runs.
_LOST_PERCENT = 3
# Each with whether it is for an encrypted disk alone.
PACKAGES = (
    ("cryptsetup", "makes and opens the encrypted disk", True),
    ("e2fsprogs", "makes the disk's filesystem, and mends it", False),
)

# What opens it at boot is a package of its own in newer systems, which nothing else asks for.
AT_BOOT = ("systemd-cryptsetup", "opens the encrypted disk at each boot", True)
WITHIN_SYSTEMD = (("debian", "12"), ("ubuntu", "22.04"), ("ubuntu", "24.04"))


def _packages(host: Host, declared: Volume) -> list[dict[str, str]]:
    apart = () if (host.os.id, host.os.version) in WITHIN_SYSTEMD else (AT_BOOT,)
    wanted = [each for each in (*PACKAGES, *apart) if declared.encrypt or not each[2]]
    return [{"name": name, "reason": reason} for name, reason, _ in wanted]


def _content(declared: Volume) -> str:
    return ENCRYPTED if declared.encrypt else FILESYSTEM


def _ours(device: Device, declared: Volume) -> bool:
    return (device.content, device.label) == (_content(declared), NAME)


def source(declared: Volume) -> str:
    """Return the device that is mounted."""
    return f"/dev/mapper/{NAME}" if declared.encrypt else declared.device


def held(host: Host, declared: Volume | None) -> Host:
    """Return the host as it will be once the declared disk holds the data: sizes are planned from that disk."""
    device = host.device
    if declared is None or device is None:
        return host
    total = device.size_bytes * (100 - _LOST_PERCENT) // 100
    there = next((mount for mount in host.mounts if mount.path == DATA_PATH), None)
    made = there or Mount(
        path=DATA_PATH, total_bytes=total, free_bytes=total, device=source(declared), fstype=FILESYSTEM
    )
    others = tuple(mount for mount in host.mounts if mount.path != DATA_PATH)
    return replace(host, mounts=(*others, replace(made, total_bytes=total, rotational=device.rotational)))


def part(host: Host, declared: Volume | None) -> dict[str, Any] | None:
    """Return the plan's part, JSON-able; None without a disk of its own. blank: nothing is on it yet."""
    if declared is None or host.device is None:
        return None
    return {
        "device": declared.device,
        "encrypted": declared.encrypt,
        "blank": host.device.content == "",
        "source": source(declared),
        "path": DATA_PATH,
        "name": NAME,
        "filesystem": FILESYSTEM,
        "secret": SECRET,
        "packages": _packages(host, declared),
    }


def expected(planned: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Return what verify must find."""
    return None if planned is None else {name: planned[name] for name in ("path", "source")}


def decisions(wish: Wish, host: Host) -> list[Decision]:
    """Return what is going to happen to a blank disk."""
    device, declared = host.device, wish.stack.data
    if declared is None or device is None or device.content != "":
        return []
    how = "encrypts it, makes" if declared.encrypt else "makes"
    done = (
        f"takes the blank disk of {format_bytes(device.size_bytes)}, {how} a filesystem on it, mounts it at {DATA_PATH}"
    )
    return [Decision(path=PATH, done=done, reason="what containers keep has a disk of its own")]


def findings(host: Host, declared: Volume | None) -> list[Finding]:
    """Return why the declared disk is not taken: nothing of anybody's is ever written over."""
    return [] if declared is None else [*_named(declared), *_found(host, declared), *_able(host, declared)]


def _named(declared: Volume) -> Iterator[Finding]:
    if _PASSING.fullmatch(declared.device):
        rule = "must be a name that stays: the kernel numbers disks anew at each boot"
        hint = "ls -l /dev/disk/by-id shows the disks' lasting names"
        yield Finding(path=f"{PATH}.device", value=declared.device, rule=rule, hint=hint)


def _found(host: Host, declared: Volume) -> Iterator[Finding]:
    device, path = host.device, f"{PATH}.device"
    if device is None:
        hint = "lsblk on the host shows what there is"
        yield Finding(path=path, value=declared.device, rule="must be a block device of the host", hint=hint)
    elif device.content is None:
        yield Finding(path=path, value=declared.device, rule="must be readable", hint="run as root, or with --become")
    elif device.content and not _ours(device, declared):
        what = f"{declared.device}: {device.content}" + (f" ({device.label})" if device.label else "")
        rule = "must be blank, or what an earlier run made of it: nothing is written over"
        hint = f"if all that is on it may go: wipefs --all {declared.device}, and blkdiscard or overwrite its ends"
        yield Finding(path=path, value=what, rule=rule, hint=hint)
    elif set(device.mounted) - {DATA_PATH} or set(device.above) - {NAME}:
        used = ", ".join([*device.above, *device.mounted])
        rule = "must be used by nobody else"
        yield Finding(path=path, value=f"{declared.device}: {used}", rule=rule, hint="unmount it, or name another disk")


def _able(host: Host, declared: Volume) -> Iterator[Finding]:
    if declared.encrypt and host.container:
        rule = "needs the kernel's device mapper, and a container has no kernel of its own"
        hint = "encrypt: false, or a machine of its own"
        yield Finding(path=f"{PATH}.encrypt", value=True, rule=rule, hint=hint)
    if host.device is not None and DATA_PATH in host.device.mounted:
        return
    other = next((mount.device for mount in host.mounts if mount.path == DATA_PATH), None)
    if other and other != source(declared):
        rule = f"{other} is mounted at {DATA_PATH} already"
        hint = f"leave {PATH} out to keep it, or unmount it for good"
        yield Finding(path=f"{PATH}.device", value=declared.device, rule=rule, hint=hint)
        return
    if not host.software.get("docker"):
        return
    # What lies below a mount is hidden by it: the stores would start empty.
    stores = host.installed.stores if host.installed else ()
    rule = f"{DATA_PATH} of this host is on another disk, and what is there would be hidden"
    # Containers outlive the engine that stops, and stores that began on the new disk would be mixed with the old ones.
    aside = f"docker stop $(docker ps -q); systemctl stop docker.socket docker; mv {DATA_PATH} {DATA_PATH}.old"
    hint = f"{aside}; site.yml --tags baseline mounts the disk; cp -a {DATA_PATH}.old/. {DATA_PATH}/; site.yml"
    if stores:
        yield Finding(path=f"{PATH}.device", value=f"holds {', '.join(stores)}", rule=rule, hint=hint)
    else:
        yield Finding(path=f"{PATH}.device", value=declared.device, rule=rule, hint=hint, level=WARNING)

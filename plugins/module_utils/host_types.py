# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a host is, as values: the shape that every reader fills and every rule reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any


@dataclass(frozen=True, kw_only=True)
class OsRelease:
    """The operating system as /etc/os-release names it. like: the ids of the systems it descends from."""

    id: str
    version: str
    codename: str
    like: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CpuSources:
    """Where the number of CPUs comes from: online and usable ones (counts), and the cgroup quota in CPUs or None."""

    online: int
    affinity: int
    quota: float | None = None


@dataclass(frozen=True, kw_only=True)
class MemorySources:
    """Where the memory size comes from, in bytes: MemTotal, and the tightest cgroup limit or None."""

    meminfo: int
    cgroup: int | None = None


@dataclass(frozen=True, kw_only=True)
class Cgroup:
    """The cgroup tree in sight: its version (None where there is none) and the controllers usable at its root."""

    version: int | None = None
    controllers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A mounted filesystem that holds data. Sizes in bytes; free is what an ordinary user may still write.

    rotational: True if any disk below it spins, None where the machine cannot tell (network and virtual disks).
    raid_level: of the md array below it ("raid1"), None where there is none in sight.
    """

    path: str
    total_bytes: int
    free_bytes: int
    device: str
    fstype: str
    rotational: bool | None = None
    raid_level: str | None = None


@dataclass(frozen=True, kw_only=True)
class Device:
    """A block device. content: as blkid names it, "" for a blank one, None where it cannot be read.

    rotational: as of a mount. above: its partitions, and the names of what is mapped onto it. mounted: where it, or
    what is mapped onto it, is.
    """

    path: str
    size_bytes: int
    content: str | None
    label: str = ""
    rotational: bool | None = None
    above: tuple[str, ...] = ()
    mounted: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Link:
    """A network interface. mbps: negotiated speed, None where it is down, virtual or does not say."""

    name: str
    mbps: int | None = None


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A socket that waits for traffic. process, pid, container: who holds it, None where that cannot be read."""

    protocol: str
    address: str
    port: int
    process: str | None = None
    pid: int | None = None
    container: str | None = None


@dataclass(frozen=True, kw_only=True)
class Installed:
    """The stack that the host holds: its name, its projects that have a Compose file (stores, edge, app), and the
    kinds of managed stores that have a volume. places: where its backups go, in the order of their numbers. keyed:
    whether the key is there by which they can be read.
    """

    name: str
    projects: tuple[str, ...]
    stores: tuple[str, ...]
    places: tuple[str, ...] = ()
    keyed: bool = False


@dataclass(frozen=True, kw_only=True)
class Running:
    """A container of the stack. image: as it was named. memory_bytes, cpus: its limits, 0 for none.

    labels: ours alone. settings: what its server says that it runs with, by name; empty where there is no server that
    is asked, or it does not answer. units: PostgreSQL's, by name. written: those that its configuration file gives.
    """

    project: str
    service: str
    image: str
    state: str
    exit_code: int
    memory_bytes: int
    cpus: float
    labels: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    written: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Host:
    """A machine as far as it can be measured without changing it.

    cpus: what we may really use (CPUs), the least of its sources; memory_bytes and swap_bytes likewise, in bytes.
    cpu_mhz: highest clock, MHz. init: "systemd" or "other". software: version by name ("docker", "compose",
    "openssh"), None where it is not installed. installed: the stack that an earlier run left, None where there is none.
    running: the stack's containers, none where nothing of it runs, None where the engine cannot be asked.
    uplinks: names of the interfaces that a default route leads through. strangers: of those that are called like
    Docker's bridges and are none. advertised: of those to other machines, where the kernel itself reads advertisements.
    open_files: the most that process 1 may hold, None for no bound. container: its kernel is another machine's.
    programs: those that hardening asks for, by short names: sudo, sudo-rs, snapd, who keeps the clock: chrony, ntp,
    and usb for the bus of that name.
    device: the one that was asked for, None where none was, or there is none.
    """

    os: OsRelease
    arch: str
    kernel: str
    python: str
    init: str
    cpus: float
    cpu_sources: CpuSources
    cpu_mhz: float | None
    memory_bytes: int
    memory_sources: MemorySources
    swap_bytes: int
    cgroup: Cgroup
    mounts: tuple[Mount, ...]
    links: tuple[Link, ...]
    listening: tuple[Listener, ...]
    software: Mapping[str, str | None] = field(default_factory=dict)
    installed: Installed | None = None
    running: tuple[Running, ...] | None = ()
    uplinks: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    advertised: tuple[str, ...] = ()
    open_files: int | None = None
    container: bool = False
    programs: tuple[str, ...] = ()
    device: Device | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the host as a JSON-able dict: nested dicts and lists, the same keys as the fields."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Host:
        """Return the host that ``as_dict`` wrote. Raises KeyError or TypeError for any other shape."""
        return cls(
            **{
                **data,
                "os": OsRelease(**{**data["os"], "like": tuple(data["os"]["like"])}),
                "cpu_sources": CpuSources(**data["cpu_sources"]),
                "memory_sources": MemorySources(**data["memory_sources"]),
                "cgroup": Cgroup(**{**data["cgroup"], "controllers": tuple(data["cgroup"]["controllers"])}),
                "mounts": tuple(Mount(**mount) for mount in data["mounts"]),
                "links": tuple(Link(**link) for link in data["links"]),
                "listening": tuple(Listener(**listener) for listener in data["listening"]),
                "software": dict(data["software"]),
                "installed": _installed(data.get("installed")),
                "running": _running(data.get("running", ())),
                "uplinks": tuple(data.get("uplinks", ())),
                "strangers": tuple(data.get("strangers", ())),
                "advertised": tuple(data.get("advertised", ())),
                "programs": tuple(data.get("programs", ())),
                "device": _device(data.get("device")),
            }
        )

    def mount_of(self, path: str) -> Mount | None:
        """Return the mount that holds ``path`` (absolute; it need not exist yet), None where no data mount does."""
        above = {str(parent) for parent in (PurePosixPath(path), *PurePosixPath(path).parents)}
        holding = [mount for mount in self.mounts if mount.path in above]
        return max(holding, key=lambda mount: len(mount.path), default=None)


def _installed(data: Mapping[str, Any] | None) -> Installed | None:
    if data is None:
        return None
    return Installed(
        name=data["name"],
        projects=tuple(data["projects"]),
        stores=tuple(data["stores"]),
        places=tuple(data["places"]),
        keyed=data["keyed"],
    )


def _device(data: Mapping[str, Any] | None) -> Device | None:
    if data is None:
        return None
    return Device(**{**data, "above": tuple(data["above"]), "mounted": tuple(data["mounted"])})


def _running(data: Sequence[Mapping[str, Any]] | None) -> tuple[Running, ...] | None:
    return None if data is None else tuple(Running(**{**each, "written": tuple(each["written"])}) for each in data)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value

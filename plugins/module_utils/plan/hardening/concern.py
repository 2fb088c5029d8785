# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What one concern of a hardened machine asks for: rows of data, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.holdfast.host.plugins.module_utils.assigned import Format

# Name, value, reason.
Rows = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """A vendor's file of which only some settings are ours. optional: not every system has it, and it is not made."""

    rows: Rows
    format: Format = field(default_factory=Format)
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class Text:
    """A file whose format has no comments, or whose comments people would be shown."""

    content: str
    reason: str
    mode: str = "0644"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit of systemd that runs. reads: the files that it takes at its start.

    background: its start is not waited for. restart: the verbs that bring it to new files. kernel: what of the
    machine's kernel it needs, in words, empty for nothing: a container's own may lack it.
    """

    reason: str
    reads: tuple[str, ...] = ()
    background: bool = False
    restart: tuple[str, ...] = ("restart",)
    kernel: str = ""


@dataclass(frozen=True, kw_only=True)
class Concern:
    """All that one concern asks for, by package, path and unit.

    files: rows that a template of the role prints. texts: whole files. modes: (path, mode, owner and group, reason) of
    what the vendor brings. contains: what another program writes into a file once ours lie there.
    """

    title: str
    packages: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Rows] = field(default_factory=dict)
    assigned: Mapping[str, Assigned] = field(default_factory=dict)
    texts: Mapping[str, Text] = field(default_factory=dict)
    modes: tuple[tuple[str, str, str, str], ...] = ()
    units: Mapping[str, Unit] = field(default_factory=dict)
    contains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Around:
    """What concerns are decided from. os_id: as os-release names it. arch: as the kernel names the machine.

    programs: those that the host has already. keep_days: how long logs are kept. disk_bytes: of the disk that holds
    them, None where it is not known. kept_modules: kernel modules that are not closed. container: the host's kernel
    belongs to another machine.
    ssh_ports: of the SSH server. trusted: networks whose people are never kept out. edge: whether there is one.
    """

    os_id: str
    arch: str = "x86_64"
    programs: frozenset[str] = frozenset()
    keep_days: int = 90
    disk_bytes: int | None = None
    kept_modules: frozenset[str] = frozenset()
    container: bool = False
    ssh_ports: tuple[int, ...] = (22,)
    trusted: tuple[str, ...] = ()
    edge: bool = False

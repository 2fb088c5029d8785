# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A made-up machine: /proc and /sys as files below a directory, for tests of what reads them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils.host import Host, read_host
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB

V1_UNLIMITED = "9223372036854771712"
CGROUP2_MOUNT = "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"


class FakeHost:
    """A machine of 4 CPUs and 8 GiB on one ext4 disk, without limits and without Docker, until told otherwise."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.mounts = ["20 1 8:1 / / rw - ext4 /dev/sda1 rw"]
        self.answers: dict[str, str] = {}
        self.sizes: dict[str, tuple[int, int]] = {"/": (100 * GIB, 80 * GIB)}
        self.write("/etc/os-release", 'NAME="Debian"\nID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n')
        self.write("/proc/sys/kernel/osrelease", "6.12.0\n")
        self.write("/proc/meminfo", f"MemTotal: {8 * GIB // 1024} kB\nSwapTotal:       1024 kB\n")
        self.write("/proc/cpuinfo", "".join(f"processor\t: {cpu}\ncpu MHz\t\t: 2494.1\n\n" for cpu in range(4)))
        self.write("/proc/self/status", "Name:\tpython\nCpus_allowed_list:\t0-127\n")
        self.write("/proc/self/cgroup", "0::/\n")
        self.write("/sys/devices/system/cpu/online", "0-3\n")
        self.disk("sda", "8:0", rotational="0", partitions={"sda1": "8:1"})

    def write(self, path: str, text: str) -> None:
        """Write a file of the machine."""
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link to another path of the machine, as the kernel does: relative."""
        source = self.root / path.lstrip("/")
        source.parent.mkdir(parents=True, exist_ok=True)
        source.symlink_to(Path("../" * (len(source.relative_to(self.root).parts) - 1) + target.lstrip("/")))

    def mount(self, line: str, total: int = 50 * GIB) -> None:
        """Add a line of mountinfo, its directory and its size."""
        path = line.split(" ")[4]
        self.mounts.append(line)
        self.sizes[path] = (total, total // 2)
        (self.root / path.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def disk(
        self,
        name: str,
        dev: str,
        *,
        rotational: str,
        partitions: dict[str, str] | None = None,
        slaves: Sequence[str] = (),
        bus: str = "pci0000:00/ata1",
    ) -> str:
        """Add a block device with its partitions (name to major:minor) and the devices (sysfs paths) it lies on."""
        path = f"/sys/devices/{bus}/block/{name}"
        self.write(f"{path}/queue/rotational", f"{rotational}\n")
        self.link(f"/sys/dev/block/{dev}", path)
        self.link(f"/sys/class/block/{name}", path)
        for part, number in (partitions or {}).items():
            self.write(f"{path}/{part}/partition", "1\n")
            self.link(f"/sys/dev/block/{number}", f"{path}/{part}")
            self.link(f"/sys/class/block/{part}", f"{path}/{part}")
        for slave in slaves:
            self.link(f"{path}/slaves/{Path(slave).name}", slave)
        return path

    def run(self, command: Sequence[str]) -> str | None:
        """Answer a command that the test knows; every other one is missing."""
        return self.answers.get(" ".join(command))

    def usage(self, path: str) -> tuple[int, int]:
        """Return the size of a mount, or fail as a stale one does."""
        if path not in self.sizes:
            raise OSError(116, "Stale file handle")
        return self.sizes[path]

    def read(self) -> Host:
        """Return the host as the reader sees it."""
        self.write("/proc/self/mountinfo", "\n".join(self.mounts) + "\n")
        return read_host(str(self.root), run=self.run, usage=self.usage)

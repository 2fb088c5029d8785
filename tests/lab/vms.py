# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Hosts with a kernel of their own: virtual machines on the lab's network, under software emulation.

usage: python -m lab.vms up|down [NAME...]

A directory below .cache/lab/vms has a machine's disks, its console's text and the number of the emulator's process.
SSH answers at its address in the lab's network, where it reaches what the containers reach.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from . import engine, registry, ssh
from .catalogue import reference
from .hosts import LABEL, NETWORK, REGISTRY_ADDRESS, REGISTRY_NAME, SUBNET, Host
from .machines import machine_name_servers
from .paths import CACHE, IMAGES, LOCK
from .shell import LabError, locked, run, scaled, step, succeeds, wait_until

IMAGE = "vm"
DIRECTORY = CACHE / "vms"
VMS: dict[str, Host] = {
    host.name: host
    for host in (
        Host(name="kernel-stock", address="172.30.213.41", image=IMAGE),
        Host(name="kernel-hardened", address="172.30.213.42", image=IMAGE),
    )
}
# The system's disk; and one for what containers keep, which is blank and has a name that stays.
SYSTEM_SIZE, DATA_SIZE = "12G", "40G"
DATA_DEVICE = "/dev/disk/by-id/virtio-data"
MEMORY_MIB, CPUS = 4096, 2
BOOT_SECONDS = 240
PACKAGES = ("qemu-system-x86", "e2fsprogs")
# They outlive who started them; forgotten while they run, Python would warn of each.
EMULATORS: list[subprocess.Popen[bytes]] = []


def interface(host: Host) -> str:
    """Return the name of the machine's end of a host's network cable."""
    return f"hflab{host.address.rpartition('.')[2]}"


def files(host: Host, *, servers: list[str], key: str) -> dict[str, str]:
    """Return what makes the image's root this host's, by path. The engine's bridge has the network's first address."""
    gateway = next(ipaddress.ip_network(SUBNET).hosts())
    network = f"[Match]\nType=ether\n\n[Network]\nAddress={host.address}/24\nGateway={gateway}\n"
    names = f"127.0.0.1 localhost\n127.0.1.1 {host.name}\n{REGISTRY_ADDRESS} {REGISTRY_NAME}\n"
    return {
        "etc/hostname": f"{host.name}\n",
        "etc/hosts": names,
        "etc/fstab": "LABEL=system / ext4 defaults 0 1\n",
        "etc/resolv.conf": "".join(f"nameserver {server}\n" for server in servers),
        "etc/systemd/network/10-lab.network": network,
        "root/.ssh/authorized_keys": key,
        # A timer without a stamp fires at once, and apt would hold its lock while a test starts.
        "var/lib/systemd/timers/stamp-apt-daily.timer": "",
        "var/lib/systemd/timers/stamp-apt-daily-upgrade.timer": "",
    }


def emulator(host: Host, directory: Path) -> list[str]:
    """Return the command that boots a host from its directory. Disks are told apart by serial, not by order."""
    words = [
        "qemu-system-x86_64",
        "-accel",
        "tcg,thread=multi",
        "-cpu",
        "max",
        "-smp",
        str(CPUS),
        "-m",
        str(MEMORY_MIB),
    ]
    words += ["-display", "none", "-monitor", "none", "-serial", f"file:{directory / 'console'}"]
    words += ["-kernel", str(directory / "vmlinuz"), "-initrd", str(directory / "initrd")]
    words += ["-append", "root=LABEL=system rw console=ttyS0 quiet"]
    for name in ("system", "data"):
        drive = f"file={directory / name},format=raw,if=none,id={name},cache=unsafe,discard=unmap"
        words += ["-drive", drive, "-device", f"virtio-blk-pci,drive={name},serial={name}"]
    mac = f"02:00:00:00:00:{int(host.address.rpartition('.')[2]):02x}"
    words += ["-netdev", f"tap,id=lab,ifname={interface(host)},script=no,downscript=no"]
    words += ["-device", f"virtio-net-pci,netdev=lab,mac={mac}"]
    # An empty bus: what guards USB has something to guard.
    return [*words, "-device", "qemu-xhci"]


def process(host: Host) -> int:
    """Return the number of the process that emulates a host, 0 where none does."""
    file = DIRECTORY / host.name / "pid"
    number = int(file.read_text()) if file.exists() else 0
    line = Path(f"/proc/{number}/cmdline")
    return number if number and line.exists() and interface(host).encode() in line.read_bytes() else 0


def ensure_programs() -> None:
    """Install the emulator where it is missing."""
    if not shutil.which("qemu-system-x86_64") or not shutil.which("mke2fs"):
        with step(f"install {' '.join(PACKAGES)}"):
            engine.install(list(PACKAGES))


def unpack(root: Path) -> None:
    """Write the image's root file system below a directory."""
    container = run(["docker", "create", "--label", f"{LABEL}=1", reference(IMAGE, IMAGES)]).strip()
    try:
        run(["sh", "-c", 'docker export "$1" | tar -x -C "$2"', "sh", container, root])
    finally:
        run(["docker", "rm", container])
    # The engine's mark: systemd and others take a machine that has it for a container.
    (root / ".dockerenv").unlink(missing_ok=True)


def make_disks(host: Host, directory: Path) -> None:
    """Make a host's disks, its host keys among them, and take kernel and initrd from its root."""
    root = directory / "root"
    root.mkdir(parents=True)
    unpack(root)
    given = files(host, servers=machine_name_servers(), key=ssh.ensure_key().read_text())
    for name, text in given.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
        (root / name).chmod(0o644)
    (root / "root/.ssh").chmod(0o700)
    (root / "root/.ssh/authorized_keys").chmod(0o600)
    run(["ssh-keygen", "-A", "-f", root])
    ssh.write(host, "".join(path.read_text() for path in sorted((root / "etc/ssh").glob("ssh_host_*_key.pub"))))
    for kind in ("vmlinuz", "initrd"):
        shutil.copyfile(next((root / "boot").glob(f"{kind}*")), directory / kind)
    run(["mke2fs", "-q", "-t", "ext4", "-L", "system", "-d", root, directory / "system", SYSTEM_SIZE])
    run(["truncate", "--size", DATA_SIZE, directory / "data"])
    shutil.rmtree(root)


def connect(host: Host) -> None:
    """Give a host its end of a cable in the lab's network."""
    name = interface(host)
    if not succeeds(["ip", "link", "show", name]):
        run(["ip", "tuntap", "add", "dev", name, "mode", "tap"])
    bridge = "br-" + run(["docker", "network", "inspect", "--format", "{{.Id}}", NETWORK]).strip()[:12]
    run(["ip", "link", "set", name, "master", bridge, "up"])


def remove_disks(host: Host) -> None:
    """Remove what a host keeps, half made ones too. Raises OSError."""
    if (DIRECTORY / host.name).exists():
        shutil.rmtree(DIRECTORY / host.name)


def start(host: Host) -> None:
    """Have a host's emulator running, on the disks that it had."""
    directory = DIRECTORY / host.name
    if not (directory / "data").exists():
        remove_disks(host)
        with step(f"make the disks of {host.name}"):
            make_disks(host, directory)
    if not process(host):
        connect(host)
        with (directory / "emulator.log").open("w") as log:
            words = emulator(host, directory)
            child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        (directory / "pid").write_text(str(child.pid))
        EMULATORS.append(child)


def up(host: Host) -> None:
    """Have a host booted and reachable. Raises LabError with its console's last words where it is not in time."""
    with locked(LOCK):
        ensure_programs()
        registry.ensure({IMAGE})
        start(host)
    with step(f"wait for {host.name}"):
        words = [*ssh.command(host, "root"), "true"]
        try:
            wait_until(f"SSH on {host.name}", lambda: succeeds(words), seconds=scaled(BOOT_SECONDS), every=1)
        except LabError as error:
            console = (DIRECTORY / host.name / "console").read_text(errors="replace")
            raise LabError(f"{error}\n{console[-1500:]}") from error


def halt(host: Host) -> None:
    """Cut a host's power; its disks stay."""
    number = process(host)
    if number:
        os.kill(number, signal.SIGKILL)
        wait_until(f"the end of {host.name}", lambda: not process(host), seconds=scaled(10))


def down(host: Host) -> None:
    """Remove a host with its disks and its cable."""
    with locked(LOCK):
        halt(host)
        remove_disks(host)
        if succeeds(["ip", "link", "show", interface(host)]):
            run(["ip", "link", "delete", interface(host)])
        ssh.forget(host)


def main() -> int:
    """Have the named machines, or remove them."""
    parser = argparse.ArgumentParser(prog="lab.vms", description=__doc__)
    parser.add_argument("command", choices=("up", "down"))
    parser.add_argument("names", nargs="*", metavar="NAME", help="all where none is named")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(VMS))
    if unknown:
        parser.error(f"no such machine: {', '.join(unknown)}; known: {', '.join(VMS)}")
    try:
        for name in asked.names or VMS:
            {"up": up, "down": down}[asked.command](VMS[name])
    except LabError as error:
        sys.stderr.write(f"lab: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

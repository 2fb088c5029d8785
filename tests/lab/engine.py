# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The machine's container engine: installed where it is missing, started where it is not running."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

from .hosts import LABEL
from .paths import CACHE, ENGINE_LOG, ENGINE_PID
from .shell import LabError, run, scaled, step, succeeds, wait_until

# Program that shows whether it is there -> package. A machine may have the client alone, so that shows nothing of the
# engine. The archive keyring is what another distribution lacks.
PROGRAMS = {
    "docker": "docker.io", "dockerd": "docker.io", "containerd": "containerd", "runc": "runc",
    "iptables": "iptables", "ip": "iproute2", "mmdebstrap": "mmdebstrap",
    "ssh": "openssh-client", "ssh-keygen": "openssh-client",
}  # fmt: skip
EXTRA_PACKAGES = ("debian-archive-keyring",)
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def answers() -> bool:
    """Return True where the engine can be reached."""
    return succeeds(["docker", "info"])


def ensure() -> None:
    """Have an engine that answers and the programs that build images. Raises LabError where that cannot be."""
    missing = missing_packages()
    if missing:
        with step(f"install {' '.join(missing)}"):
            install(missing)
    if not answers():
        with step("start the engine"):
            start()


def missing_packages() -> list[str]:
    """Return the packages whose programs are not there. An engine that answers needs none of its parts here."""
    here = {name for name in PROGRAMS if shutil.which(name, path=f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}")}
    needed = set(PROGRAMS) - here
    if "docker" in here and answers():
        needed -= {"dockerd", "containerd", "runc", "iptables", "ip"}
    return sorted({PROGRAMS[name] for name in needed})


def as_root() -> list[str]:
    """Return the words that make a command run as root. Raises LabError where nothing does."""
    if os.geteuid() == 0:
        return []
    if succeeds(["sudo", "--non-interactive", "true"]):
        return ["sudo", "--non-interactive"]
    raise LabError(
        "the lab must install or start the container engine, which takes root or sudo without a password.\n"
        "Install and start Docker yourself, add yourself to the group docker, and install mmdebstrap."
    )


def install(packages: list[str]) -> None:
    """Install packages of the distribution."""
    if shutil.which("apt-get") is None:
        raise LabError(f"no apt-get here: install these by your system's own means: {' '.join(packages)}")
    apt = [*as_root(), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qy"]
    run([*apt, "update"])
    run([*apt, "install", "--no-install-recommends", *packages, *EXTRA_PACKAGES])
    if shutil.which("docker") is None:
        # Debian 13 and later keep the client in a package of its own, which docker.io only recommends.
        run([*apt, "install", "--no-install-recommends", "docker-cli"])


def start() -> None:
    """Start the engine by the first means that works: systemd, the init script, by hand."""
    root = as_root()
    means: list[list[str]] = []
    if Path("/run/systemd/system").is_dir():
        means.append(["systemctl", "start", "docker"])
    elif Path("/etc/init.d/docker").exists():
        means.append(["service", "docker", "start"])
    for words in means:
        if succeeds([*root, *words]) and became_ready():
            return
    start_by_hand(root)


def became_ready() -> bool:
    """Return True where the engine answers within its time."""
    try:
        wait_until("the engine", answers, seconds=scaled(30))
    except LabError:
        return False
    return True


def start_by_hand(root: list[str]) -> None:
    """Start dockerd in a session of its own, to which its pid file alone leads, so that `destroy` can stop it.

    Forked off, and no child of ours: it outlives whoever needed it first, be that a test's process.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    words = [*root, "setsid", "--fork", "dockerd", "--pidfile", str(ENGINE_PID)]
    with ENGINE_LOG.open("ab") as log:
        subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "PATH": SYSTEM_PATH}, check=True
        )
    try:
        wait_until("the engine", answers, seconds=scaled(60))
    except LabError as problem:
        tail = "\n".join(ENGINE_LOG.read_text(errors="replace").splitlines()[-5:])
        raise LabError(f"{problem}; see {ENGINE_LOG}\n{tail}") from problem


def stop_own() -> None:
    """Stop the engine if the lab started it by hand and nobody else uses it by now."""
    if not ENGINE_PID.exists():
        return
    pid = int(ENGINE_PID.read_text())
    name = Path(f"/proc/{pid}/comm")
    if not name.exists() or name.read_text().strip() != "dockerd":
        ENGINE_PID.unlink()
        return
    everyone = set(run(["docker", "ps", "--quiet"]).split())
    if everyone - set(run(["docker", "ps", "--quiet", "--filter", f"label={LABEL}"]).split()):
        raise LabError(f"the engine (process {pid}) runs containers that are not the lab's; it is left running")
    with step("stop the engine"):
        run([*as_root(), "kill", f"-{signal.SIGTERM.value}", str(pid)])
        # dockerd removes its own file last; its process may stay listed until a parent asks for its status.
        wait_until("the engine to end", lambda: not ENGINE_PID.exists(), seconds=scaled(60))

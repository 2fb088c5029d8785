# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a host is: all that two hosts of one plan have in common, so without ids, addresses, times and secrets."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MANAGED = ("/etc/holdfast", "/etc/docker", "/etc/apt/sources.list.d", "/etc/apt/keyrings")
SECRETS = Path("/etc/holdfast/secrets")
TLS = Path("/etc/holdfast/edge/tls")
VOLUMES = Path("/var/lib/docker/volumes")
PROJECTS = ("stores", "edge", "app")
PACKAGES = ("dpkg-query", "--show", "--showformat=${binary:Package} ${Version} ${db:Status-Abbrev}\n")
LIMITS = (
    "Memory", "NanoCpus", "PidsLimit", "Ulimits", "ShmSize", "CapAdd", "CapDrop", "SecurityOpt", "ReadonlyRootfs",
    "Tmpfs", "Init", "RestartPolicy", "LogConfig", "PortBindings", "Privileged", "PidMode", "IpcMode", "ExtraHosts",
)  # fmt: skip
# Compose writes ids, hashes over generated secrets and its own history into these.
VOLATILE_LABELS = ("config-hash", "image", "replace", "project.config_files", "project.working_dir")
LONG_ID = re.compile(r"[0-9a-f]{64}")


def run(*command: str, text: str = "") -> str:
    """Return what a command printed; ``text`` is what it reads. Raises CalledProcessError."""
    return subprocess.run(command, check=True, input=text, stdout=subprocess.PIPE, text=True, timeout=60).stdout


def digest(path: Path) -> str:
    """Return the first digits of a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def entries() -> Iterator[Path]:
    """Yield every managed path."""
    for root in MANAGED:
        if Path(root).exists():
            yield from (Path(root), *sorted(Path(root).rglob("*")))


def files() -> dict[str, str]:
    """Return kind, mode, owner and content of the managed files. Secrets are generated: only their names are equal."""
    found = {}
    for path in entries():
        at = path.lstat()
        private = at.st_mode & 0o077 == 0 or path.is_relative_to(TLS)
        content = "secret" if private and path.is_file() else digest(path) if path.is_file() else "-"
        found[str(path)] = f"{at.st_mode:o} {at.st_uid}:{at.st_gid} {content}"
    return found


def inspected(kind: str, *words: str) -> list[dict[str, Any]]:
    """Return what the engine tells of all objects of a kind."""
    names = run("docker", kind, "ls", "--quiet", *words).split()
    found: list[dict[str, Any]] = json.loads(run("docker", kind, "inspect", *names)) if names else []
    return found


def labels(of: dict[str, Any] | None) -> dict[str, str]:
    """Return the labels that do not differ from host to host."""
    dropped = {f"com.docker.compose.{name}" for name in VOLATILE_LABELS}
    return {name: value for name, value in sorted((of or {}).items()) if name not in dropped}


def mount(of: dict[str, Any]) -> str:
    """Return where a mount comes from and goes to."""
    source = of.get("Name") or of["Source"]
    return f"{'anonymous' if LONG_ID.fullmatch(source) else source}:{of['Destination']}:{'rw' if of['RW'] else 'ro'}"


def limit(value: Any) -> Any:
    """Return a limit as it compares: the engine lists those that it gives every container in any order."""
    named = isinstance(value, list) and all(isinstance(each, dict) and "Name" in each for each in value)
    return sorted(value, key=lambda each: str(each["Name"])) if named else value


def container(of: dict[str, Any]) -> dict[str, Any]:
    """Return what a container has in common with its like on another host."""
    health = of["State"].get("Health", {}).get("Status")
    networks = {
        name: sorted(alias for alias in at["DNSNames"] or () if not of["Id"].startswith(alias))
        for name, at in of["NetworkSettings"]["Networks"].items()
    }
    return {
        "image": f"{of['Config']['Image']} {of['Image']}",
        "command": [of["Path"], *of["Args"]],
        "user": of["Config"]["User"],
        "state": f"{of['State']['Status']} {health}",
        "environment": sorted(each.partition("=")[0] for each in of["Config"]["Env"] or ()),
        "mounts": sorted(map(mount, of["Mounts"])),
        "networks": networks,
        "limits": {name: limit(of["HostConfig"].get(name)) for name in LIMITS},
        "labels": labels(of["Config"]["Labels"]),
    }


def engine() -> dict[str, Any]:
    """Return what the engine holds, and the settings that it says it runs with."""
    info = json.loads(run("docker", "info", "--format", "{{json .}}"))
    volumes = inspected("volume")
    return {
        "containers": {of["Name"].lstrip("/"): container(of) for of in inspected("container", "--all")},
        "networks": {
            of["Name"]: [of["Driver"], of["Internal"], of["Options"], labels(of["Labels"])]
            for of in inspected("network")
        },
        "volumes": {of["Name"]: labels(of["Labels"]) for of in volumes if not LONG_ID.fullmatch(of["Name"])},
        "anonymous volumes": sum(bool(LONG_ID.fullmatch(of["Name"])) for of in volumes),
        "images": sorted(run("docker", "images", "--all", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}").split("\n")),
        "settings": [
            info["LiveRestoreEnabled"], info["LoggingDriver"], info["SecurityOptions"],
            info["RegistryConfig"]["Mirrors"], sorted(info["RegistryConfig"]["IndexConfigs"]),
        ],
    }  # fmt: skip


def units() -> list[str]:
    """Return the unit files that start at boot."""
    listed = run("systemctl", "list-unit-files", "--state=enabled", "--no-legend", "--plain")
    return sorted(line.split()[0] for line in listed.splitlines())


def host() -> dict[str, Any]:
    """Return everything that an uninterrupted host has as well."""
    return {
        "files": files(),
        "packages": run(*PACKAGES).splitlines(),
        "asked for": run("apt-mark", "showmanual").split(),
        "units": units(),
        "engine": engine(),
    }


def kept() -> dict[str, str]:
    """Return what must outlive an interruption: secrets by hash, volumes by inode, clusters by their identifier.

    Nobody is asked, for the engine may be half installed. pg_control begins with the cluster's identifier.
    """
    found = {str(path): digest(path) for path in sorted(SECRETS.glob("*"))}
    for data in sorted(VOLUMES.glob("*/_data")):
        found[str(data)] = str(data.stat().st_ino)
        for control in data.glob("*/*/global/pg_control"):
            found[str(control)] = control.read_bytes()[:8].hex()
    return found

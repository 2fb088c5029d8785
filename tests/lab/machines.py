# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Hosts as containers: boot, wait, remove."""

from __future__ import annotations

from pathlib import Path

from . import registry, ssh
from .catalogue import reference
from .hosts import HOSTS, LABEL, NETWORK, Host, admitting, run_arguments
from .paths import IMAGES, LOCK
from .shell import LabError, locked, run, scaled, step, succeeds, wait_until

RESOLVERS = (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf"))
BOOT_SECONDS = 90


def state(host: Host) -> str:
    """Return the container's state as the engine calls it; ``absent`` where there is none."""
    listing = run(["docker", "ps", "--all", "--filter", f"name=^{host.container}$", "--format", "{{.State}}"])
    return listing.strip() or "absent"


def name_servers(text: str) -> list[str]:
    """Return the name servers of a resolv.conf that a container can reach: those that are not on the loopback."""
    words = (line.split() for line in text.splitlines())
    found = [word[1] for word in words if len(word) > 1 and word[0] == "nameserver"]
    return [server for server in found if not server.startswith("127.") and server != "::1"]


def machine_name_servers() -> list[str]:
    """Return the machine's name servers; none where it only has a local one, and the engine's resolver must do."""
    for path in RESOLVERS:
        servers = name_servers(path.read_text()) if path.exists() else []
        if servers:
            return servers
    return []


def create(host: Host) -> None:
    """Start a host's container. The caller holds the lab's lock."""
    for volume in host.volumes:
        run(["docker", "volume", "create", "--label", f"{LABEL}=1", volume])
    arguments = run_arguments(
        host, image=reference(host.image, IMAGES), public_key=ssh.ensure_key().read_text(),
        dns=machine_name_servers(), ipv6=registry.has_ipv6(),
    )  # fmt: skip
    run(["docker", "run", *arguments])
    clean_namespace(host)


def clean_namespace(host: Host) -> None:
    """Remove the packet rules of the engine's resolver: a bare host has none, and firewall tests look at all rules."""
    if not machine_name_servers():
        return
    # The engine writes them with whichever of the two iptables the machine has.
    script = "nft flush ruleset; iptables-legacy -t nat -F; iptables-legacy -t nat -X"
    run(
        ["docker", "run", "--rm", "--label", f"{LABEL}=1", "--network", f"container:{host.container}",
         "--cap-add=NET_ADMIN", reference("tools", IMAGES), "sh", "-c", script]
    )  # fmt: skip


def ours(host: Host) -> bool:
    """Tell whether a host lets the key of this checkout in: another's, or a former one's here, does not."""
    environment = run(["docker", "inspect", "--format", "{{range .Config.Env}}{{println .}}{{end}}", host.container])
    return admitting(ssh.ensure_key().read_text()) in environment.splitlines()


def start(host: Host) -> None:
    """Have a host's container running. The caller holds the lab's lock."""
    if state(host) != "absent" and not ours(host):
        remove(host)
    found = state(host)
    if found == "absent":
        with step(f"start {host.name} {host.address}"):
            create(host)
    elif found != "running":
        with step(f"start {host.name} {host.address} again"):
            run(["docker", "start", host.container])


def up(hosts: list[Host]) -> None:
    """Have these hosts running, booted and reachable."""
    with locked(LOCK):
        registry.ensure({host.image for host in hosts})
        for host in hosts:
            start(host)
    for host in hosts:
        with step(f"wait for {host.name}"):
            wait_booted(host)
            with locked(LOCK):
                ssh.remember(host)
            for user in ssh.USERS:
                wait_reachable(host, user)


def wait_reachable(host: Host, user: str) -> None:
    """Wait until a login works."""
    words = [*ssh.command(host, user), "true"]
    wait_until(f"SSH as {user} on {host.name}", lambda: succeeds(words), seconds=scaled(BOOT_SECONDS))


def wait_booted(host: Host) -> None:
    """Wait until systemd has started everything. Raises LabError naming the units that failed."""
    inside = ["docker", "exec", host.container, "systemctl"]

    def settled() -> bool:
        if state(host) != "running":
            output = run(["docker", "logs", "--tail", "20", host.container])
            raise LabError(f"{host.name} stopped while it booted:\n{output}")
        return succeeds([*inside, "is-system-running"]) or failed_units(host) != ""

    wait_until(f"{host.name} to boot", settled, seconds=scaled(BOOT_SECONDS))
    failed = failed_units(host)
    if failed:
        raise LabError(f"{host.name} booted, but units failed:\n{failed}")


def failed_units(host: Host) -> str:
    """Return the list of failed units, empty while systemd does not answer yet."""
    words = ["docker", "exec", host.container, "systemctl", "--failed", "--plain", "--no-legend"]
    return run(words).strip() if succeeds(words) else ""


def remove(host: Host) -> None:
    """Remove a host's container and volumes. The caller holds the lab's lock."""
    if state(host) != "absent":
        with step(f"remove {host.name}"):
            run(["docker", "rm", "--force", "--volumes", host.container])
    mine = run(["docker", "volume", "ls", "--quiet", "--filter", f"label={LABEL}"]).split()
    for volume in host.volumes:
        if volume in mine:
            run(["docker", "volume", "rm", volume])
    ssh.forget(host)


def down(host: Host) -> None:
    """Remove a host with all it holds."""
    with locked(LOCK):
        remove(host)


def destroy() -> None:
    """Remove every host, the registry and the network."""
    for host in HOSTS.values():
        down(host)
    with locked(LOCK):
        registry.remove()
        if succeeds(["docker", "network", "inspect", NETWORK]):
            with step(f"remove network {NETWORK}"):
                run(["docker", "network", "rm", NETWORK])

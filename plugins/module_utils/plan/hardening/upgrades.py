# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Security updates by themselves, each day; never of what runs the stack, and never with a reboot.

Sources: unattended-upgrades' README; apt.conf(5); needrestart's example configuration.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Around, Concern, Rows

PATH = "/etc/apt/apt.conf.d/60holdfast-upgrades"
ORIGINS = {
    "ubuntu": (
        "origin=Ubuntu,archive=${distro_codename}-security",
        "origin=UbuntuESMApps,archive=${distro_codename}-apps-security",
        "origin=UbuntuESM,archive=${distro_codename}-infra-security",
    ),
    "debian": ("origin=Debian,codename=${distro_codename}-security,label=Debian-Security",),
}
# A new engine restarts containers, a new store its clients: both wait for a maintenance window.
KEPT = ("docker", "containerd", "runc$", "postgresql", "redis", "valkey")
OWN = "Unattended-Upgrade"
ALWAYS: Rows = (
    ("APT::Periodic::Enable", "1", "daily"),
    ("APT::Periodic::Update-Package-Lists", "1", "daily"),
    ("APT::Periodic::Unattended-Upgrade", "1", "daily"),
    ("APT::Periodic::AutocleanInterval", "7", "weekly: old archives leave"),
    (f"{OWN}::Automatic-Reboot", "false", "a reboot waits for a maintenance window"),
    (f"{OWN}::MinimalSteps", "true", "a shutdown ends it between two packages"),
    (f"{OWN}::Remove-Unused-Kernel-Packages", "true", "/boot does not fill up"),
    (f"{OWN}::SyslogEnable", "true", "the journal says what it did"),
    ("DPkg::Options::", "--force-confdef", "a file that only the vendor changed is taken"),
    ("DPkg::Options::", "--force-confold", "one that we changed stays; without, its package would wait for a person"),
    ("APT::Get::AllowUnauthenticated", "false", "nothing without a signature"),
    ("Acquire::AllowInsecureRepositories", "false", "no archive without a signature"),
    ("Acquire::AllowDowngradeToInsecureRepositories", "false", "an archive that was signed stays signed"),
)
LISTCHANGES = {"apt-listchanges": "what an update breaks is read before it, by whoever updates by hand"}
NEEDRESTART: Rows = (
    ("restart", "'l'", "told of and not done by itself"),
    ("interpscan", "0", "it runs as root at each update: it reads no other user's scripts (CVE-2024-48990 and others)"),
)
RESTARTS = "a library's update does not restart it: a maintenance window does"


def concern(around: Around) -> Concern:
    """Return the concern for a machine's distribution."""
    sources = ORIGINS["ubuntu" if around.os_id == "ubuntu" else "debian"]
    rows = [(f"{OWN}::Origins-Pattern::", source, "security updates alone") for source in sources]
    rows += [(f"{OWN}::Package-Blacklist::", f"^{name}", "waits for a maintenance window") for name in KEPT]
    return Concern(
        title="security updates by themselves",
        packages={
            "unattended-upgrades": "installs security updates daily",
            "needrestart": "tells after an update which services still run what it replaced",
        }
        | ({} if around.os_id == "ubuntu" else LISTCHANGES),
        files={
            PATH: (*ALWAYS, *rows),
            "/etc/needrestart/conf.d/60-holdfast.conf": (
                *((f"^{name}", "0", RESTARTS) for name in KEPT),
                *NEEDRESTART,
            ),
        },
    )

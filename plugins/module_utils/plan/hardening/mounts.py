# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Directories that everybody may write, and devices': no program and no set-uid bit in them counts.

Sources: CIS Debian Linux 13 Benchmark, 1.1.2; Lynis FILE-6374. They are remounted where they are filesystems of
their own; /var/tmp and Docker's data are not, for programs run from there.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.assigned import Format
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Assigned, Concern, Unit

UNIT = "/etc/systemd/system/holdfast-mounts.service"
OPTIONS = "nosuid,nodev,noexec"
PLACES = (
    ("/tmp", OPTIONS, "a dropped program does not run from where everybody writes"),  # noqa: S108  # a place to close
    ("/dev/shm", OPTIONS, "shared memory holds data and no programs"),  # noqa: S108
    ("/dev", "nosuid,noexec", "devices are no programs, and nobody looks for one there"),
)
CONCERN = Concern(
    title="what counts in directories that everybody may write",
    files={
        UNIT: PLACES,
        "/etc/systemd/system/tmp.mount.d/60-holdfast.conf": (
            (
                "Options",
                f"mode=1777,strictatime,{OPTIONS},size=50%%,nr_inodes=1m",
                "from boot on, where systemd mounts it",
            ),
        ),
        "/etc/apt/apt.conf.d/60holdfast-mounts": (
            ("APT::ExtractTemplates::TempDir", "/var/tmp", "packages' questions are programs, which /tmp does not run"),  # noqa: S108
        ),
    },
    assigned={
        # From early boot on, by systemd-remount-fs. Who has a line of their own for it may have given it a size.
        "/etc/fstab": Assigned(
            rows=(("tmpfs /dev/shm tmpfs", f"{OPTIONS} 0 0", "shared memory holds data and no programs"),),
            format=Format(keep=r"\s*[^#\s]\S*\s+/dev/shm/?\s"),
            optional=True,
        ),
    },
    units={"holdfast-mounts.service": Unit(reason="the options hold now and from boot on", reads=(UNIT,))},
)

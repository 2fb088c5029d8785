# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""AppArmor: the kernel holds programs to their profiles, Docker's containers among them."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import Concern, Unit

CONCERN = Concern(
    title="AppArmor's profiles",
    packages={
        "apparmor": "loads the profiles; with it Docker confines every container",
        "apparmor-utils": "lets a profile only complain while what it refuses is looked for",
    },
    units={"apparmor.service": Unit(reason="loads the profiles at boot", kernel="AppArmor in the kernel")},
)

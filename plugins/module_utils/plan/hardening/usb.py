# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""USB: what is plugged in later is no network adaptor, disk or serial line of the host's until somebody allows it.

Sources: usbguard-rules.conf(5), usbguard-daemon.conf(5) of 1.1; Debian's usbguard.postinst, which allows what is there
when the package comes; Lynis USB-3000. A console's keyboard stays: who stands at a rack, or sits at a server's own
console, is not shut out.
"""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.assigned import Format
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening.concern import (
    Around,
    Assigned,
    Concern,
    Rows,
    Unit,
)

RULES, CONFIG = "/etc/usbguard/rules.d/60-holdfast.conf", "/etc/usbguard/usbguard-daemon.conf"
# As the host's reader names the bus.
BUS = "usb"
# Classes of interfaces; a device is let in where it has no other beside these.
HARMLESS: Rows = (
    ("03:*:*", "", "a keyboard or a mouse, also the one that a server's own console plugs in"),
    ("09:*:*", "", "a hub carries others, which are asked themselves"),
)
STICKS = ("08:*:*", "", "usb-storage is declared as kept")
POLICY: Rows = (
    ("ImplicitPolicyTarget", "block", "what no rule names stays out"),
    ("PresentControllerPolicy", "apply-policy", "a bus is a hub to the rules"),
    ("PresentDevicePolicy", "apply-policy", "also what was plugged in while the machine was off"),
    ("InsertedDevicePolicy", "apply-policy", "also what is plugged in later"),
)


def concern(around: Around) -> Concern:
    """Return the concern; nothing for a machine that has no such bus. A container's belongs to another machine."""
    title = "USB devices that are plugged in later"
    unit = Unit(reason="asks the rules for each device", reads=(RULES, CONFIG), kernel="a USB bus of its own")
    if BUS not in around.programs:
        return Concern(title=title)
    if around.container:
        return Concern(title=title, units={"usbguard.service": unit})
    kept = (*HARMLESS, STICKS) if "usb-storage" in around.kept_modules else HARMLESS
    return Concern(
        title=title,
        packages={"usbguard": "lets devices in by rules; what is there when it comes stays"},
        files={RULES: kept},
        assigned={CONFIG: Assigned(format=Format(separator="="), rows=POLICY)},
        units={"usbguard.service": unit},
    )

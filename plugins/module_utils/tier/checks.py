# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A host against a tier: measured, required, margin and verdict for each resource."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR, WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host, Mount
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Tier
from ansible_collections.holdfast.host.plugins.module_utils.units import format_bytes

OK, TIGHT, SHORT, UNKNOWN = "ok", "tight", "short", "unknown"
# From worst to best: the verdict on a host is the worst of its checks.
_SEVERITY = (SHORT, UNKNOWN, TIGHT, OK)

# Firmware and kernel keep a part of what was sold: a cloud machine of 8 GB reports 7.6 GiB, one of 4 GB 3.7 GiB.
MEMORY_TOLERANCE = 0.08
# Disks are sold in decimal GB (6.9 % less in GiB), and ext4 keeps 2 to 3 % for inode tables and its journal.
DISK_TOLERANCE = 0.10
# A processor sold as 2.5 GHz reports 2494 MHz: its time stamp counter is measured against another clock.
CLOCK_TOLERANCE = 0.01
# Unit and tolerance of what is compared as a number. CPUs are counted, free space and link speed are exact.
_SCALES = {
    "cpus": ("CPUs", 0.0),
    "memory": ("bytes", MEMORY_TOLERANCE),
    "disk": ("bytes", DISK_TOLERANCE),
    "disk_free": ("bytes", 0.0),
    "clock": ("MHz", CLOCK_TOLERANCE),
    "network": ("Mbit/s", 0.0),
}
# Disk alerts fire at 90 % used (Enterprise Schedule Management System, System Monitoring): with less than a tenth of
# the tier's disk free, a host would start out in alarm.
FREE_SHARE = 0.10
# The programs whose versions a host tells; others lie in images, or on a laptop.
_MEASURED = frozenset({"docker", "compose"})
# What the md levels survive. A tier that asks for RAID 1 asks that one disk may fail.
_SURVIVES_A_DISK = frozenset({"raid1", "raid4", "raid5", "raid6", "raid10"})


@dataclass(frozen=True, kw_only=True)
class Check:
    """One resource, compared.

    measured, required: in ``unit`` (bytes, CPUs, MHz, Mbit/s) or as text; measured is None where nothing could be
    measured. margin: measured less required, where both are numbers. verdict: ok; tight, which passes by the tolerance
    only; short; unknown, which neither passes nor refuses. reason: one sentence for people.
    """

    resource: str
    measured: float | str | None
    required: float | str
    margin: float | None
    verdict: str
    unit: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return the check as a JSON-able dict with the fields as keys."""
        return asdict(self)


def check(tier: Tier, host: Host, *, disk_path: str = "/var/lib", to_fit_bytes: int | None = None) -> list[Check]:
    """Return one check for each thing that ``tier`` asks of ``host``.

    disk_path: the data's directory; its mount is judged. ``disk`` compares the mount's total size, so that a host that
    is in use keeps its verdict; ``disk_free`` compares what is still free with ``to_fit_bytes``, what has yet to be
    written there (bytes; a tenth of the tier's disk where it is not given).
    """
    mount = host.mount_of(disk_path)
    free = round(tier.disk_bytes * FREE_SHARE) if to_fit_bytes is None else to_fit_bytes
    where = f"on {mount.path}" if mount else f"at {disk_path}"
    checks = [
        _number("cpus", host.cpus, tier.cpus),
        _number("memory", host.memory_bytes, tier.memory_bytes),
        _number("disk", mount.total_bytes if mount else None, tier.disk_bytes, f"in all {where}"),
        _number("disk_free", mount.free_bytes if mount else None, free, f"free {where}"),
    ]
    if tier.clock_mhz is not None:
        checks.append(_number("clock", host.cpu_mhz, tier.clock_mhz))
    if tier.ssd:
        checks.append(_ssd(mount))
    if tier.raid_level is not None:
        checks.append(_raid(mount, tier.raid_level))
    if tier.network_mbps is not None:
        fastest = max((link.mbps for link in host.links if link.mbps is not None), default=None)
        checks.append(_number("network", fastest, tier.network_mbps, "on the fastest link"))
    return checks + [_software(name, host.software.get(name), rule) for name, rule in sorted(tier.software.items())]


def verdict(checks: Sequence[Check]) -> str:
    """Return the worst verdict of ``checks``: short, then unknown, then tight, then ok."""
    return min((each.verdict for each in checks), key=_SEVERITY.index, default=OK)


def findings(checks: Sequence[Check], mode: str = "enforce", fits: Tier | None = None) -> list[Finding]:
    """Return what is to be told about ``checks``: a finding for each that is short or unknown.

    mode: "enforce" makes a shortage an error, "warn" a warning; what could not be measured is always a warning.
    fits: the largest tier that the host does satisfy, for the hint. Raises ValueError for any other mode.
    """
    if mode not in ("enforce", "warn"):
        raise ValueError(f"{mode!r} is not enforce or warn")
    return [
        Finding(
            path=f"host.{each.resource}",
            value=None if each.measured is None else show(each.measured, each.unit),
            rule=f"must be {'at least ' if each.unit else ''}{show(each.required, each.unit)}",
            hint=_hint(each, fits),
            level=ERROR if each.verdict == SHORT and mode == "enforce" else WARNING,
        )
        for each in checks
        if each.verdict in (SHORT, UNKNOWN)
    ]


def _hint(each: Check, fits: Tier | None) -> str:
    if each.verdict == UNKNOWN:
        return f"{each.reason}; this neither passes nor refuses"
    if not each.unit:
        return each.reason
    instead = f"this host satisfies tier {fits.name} ({sizes(fits)})" if fits else "this host satisfies no tier"
    return f"{each.reason}; {instead}"


def sizes(tier: Tier) -> str:
    """Return the sizes of a tier for people: 4 CPUs, 8 GiB memory, 20 GiB disk."""
    return f"{tier.cpus:g} CPUs, {format_bytes(tier.memory_bytes)} memory, {format_bytes(tier.disk_bytes)} disk"


def show(value: float | str, unit: str) -> str:
    """Return a measured or required value for people: 7.6 GiB, 4 CPUs, >=24.0."""
    if isinstance(value, str):
        return value
    return format_bytes(value) if unit == "bytes" else f"{value:g} {unit}"


def satisfies(version: str, rule: str) -> bool:
    """Return whether a version such as 26.1.5+dfsg1 meets a rule such as ">=24.0". Raises ValueError for others."""
    match = re.fullmatch(r">=\s*(\d+(?:\.\d+)*)", rule.strip())
    if match is None:
        raise ValueError(f"{rule!r} is not a rule such as >=24.0")
    return _release(version) >= _release(match[1])


def _release(version: str) -> tuple[int, ...]:
    match = re.match(r"v?(\d+(?:\.\d+)*)", version.strip())
    if match is None:
        raise ValueError(f"{version!r} is not a version such as 26.1.5")
    numbers = [int(part) for part in match[1].split(".")]
    # 24 and 24.0.0 are the same release.
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _number(resource: str, measured: float | None, required: float, where: str = "") -> Check:
    unit, tolerance = _SCALES[resource]
    margin = None if measured is None else measured - required
    if measured is None or margin is None:
        found, reason = UNKNOWN, f"{resource} could not be measured {where}".rstrip()
    else:
        found = OK if margin >= 0 else TIGHT if measured >= required * (1 - tolerance) else SHORT
        ends = {OK: "", TIGHT: f"; within the tolerance of {tolerance:.0%}", SHORT: f"; {show(-margin, unit)} missing"}
        reason = f"{show(measured, unit)} {where}".rstrip() + f", asked for: {show(required, unit)}{ends[found]}"
    return Check(
        resource=resource, measured=measured, required=required, margin=margin, verdict=found, unit=unit, reason=reason
    )


def _text(resource: str, measured: str | None, required: str, found: str, reason: str) -> Check:
    return Check(
        resource=resource, measured=measured, required=required, margin=None, verdict=found, unit="", reason=reason
    )


def _ssd(mount: Mount | None) -> Check:
    if mount is None or mount.rotational is None:
        return _text("ssd", None, "ssd", UNKNOWN, "the disk does not say whether it spins; virtual disks seldom know")
    if mount.rotational:
        return _text("ssd", "rotational", "ssd", SHORT, f"{mount.device} below {mount.path} has a spinning disk")
    return _text("ssd", "ssd", "ssd", OK, f"{mount.device} below {mount.path} does not spin")


def _raid(mount: Mount | None, level: str) -> Check:
    measured = mount.raid_level if mount else None
    if measured is None:
        return _text("raid", None, level, UNKNOWN, "no md array in sight; a controller or the provider may mirror")
    enough = measured == level or (level == "raid1" and measured in _SURVIVES_A_DISK)
    return _text("raid", measured, level, OK if enough else SHORT, f"the array is {measured}, {level} is asked for")


def _software(name: str, version: str | None, rule: str) -> Check:
    if version is None and name not in _MEASURED:
        return _text(name, None, rule, UNKNOWN, f"{name} is not measurable on a host, {rule} is asked for")
    if version is None:
        return _text(name, None, rule, UNKNOWN, f"{name} is not installed yet, {rule} is asked for")
    enough = satisfies(version, rule)
    return _text(name, version, rule, OK if enough else SHORT, f"{name} {version} for {rule}")

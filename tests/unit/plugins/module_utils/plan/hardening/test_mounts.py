# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Where no program runs from."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import mounts

ASKED = {name: value.split(",") for name, value, _ in mounts.CONCERN.files[mounts.UNIT]}


def test_nothing_runs_from_there() -> None:
    assert set(ASKED) == {"/tmp", "/dev/shm", "/dev"}  # noqa: S108
    assert all({"nosuid", "noexec"} <= set(options) for options in ASKED.values())


def test_devices_stay_devices_where_they_lie() -> None:
    assert [place for place, options in ASKED.items() if "nodev" not in options] == ["/dev"]

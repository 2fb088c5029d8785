# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The disk of its own, as it is declared."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.spec.schema import Section
from ansible_collections.holdfast.host.plugins.module_utils.spec.volume import Volume


def test_a_disk_is_encrypted_unless_said() -> None:
    value, found = Section(shape=Volume).read({"device": "/dev/disk/by-id/scsi-0HC_Volume_1"}, "data")
    assert not found
    assert value == Volume(device="/dev/disk/by-id/scsi-0HC_Volume_1", encrypt=True)


@pytest.mark.parametrize("device", ["sdb", "/srv", "/dev/", "/dev/a b", "/dev/$(x)", "/dev/a;b"])
def test_what_is_no_device_is_refused(device: str) -> None:
    value, found = Section(shape=Volume).read({"device": device}, "data")
    assert value is None
    assert [each.path for each in found] == ["data.device"]

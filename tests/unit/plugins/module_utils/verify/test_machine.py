# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Every concern of the host is looked at and compared."""

from __future__ import annotations

from unittest import mock

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.verify import machine


def test_each_concern_looks_and_tells() -> None:
    concerns = {name: mock.Mock() for name in machine.CONCERNS}
    for name, concern in concerns.items():
        concern.observe.return_value = f"seen of {name}"
        concern.differences.return_value = iter([Finding(path=name, rule="must hold")])
    with mock.patch.object(machine, "CONCERNS", concerns):
        seen = machine.observe({"x": 1})
        told = [finding.path for finding in machine.differences({"x": 1}, seen)]
    assert seen == {name: f"seen of {name}" for name in concerns}
    assert told == list(concerns)
    for concern in concerns.values():
        concern.observe.assert_called_once_with({"x": 1})
        concern.differences.assert_called_once_with({"x": 1}, seen)

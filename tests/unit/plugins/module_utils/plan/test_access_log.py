# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The plan of the log of requests: its age, its room, and what the program on the host is told of it."""

from __future__ import annotations

import json

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import access_log as program
from ansible_collections.holdfast.host.plugins.module_utils.plan import access_log
from ansible_collections.holdfast.host.plugins.module_utils.spec.access import AccessLog, Logs
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB, TIB
from tests.planning import measured

YEAR = 365 * 86_400.0


@pytest.mark.parametrize(
    ("logs", "days"),
    [
        (Logs(), 90),
        (Logs(keep=YEAR), 365),
        (Logs(keep=YEAR, access=AccessLog(keep=7 * 86_400.0)), 7),
        (Logs(access=AccessLog(keep=YEAR)), 365),
    ],
)
def test_it_is_kept_as_long_as_declared(logs: Logs, days: int) -> None:
    assert access_log.part(logs, measured(), "shop-edge")["settings"]["keep_days"] == days


@pytest.mark.parametrize(
    ("disk", "room"), [(None, 256 * MIB), (2 * GIB, 256 * MIB), (80 * GIB, 4 * GIB), (4 * TIB, 20 * GIB)]
)
def test_its_room_follows_the_disk(disk: int | None, room: int) -> None:
    assert access_log.size(Logs(), disk) == room
    assert access_log.size(Logs(access=AccessLog(disk=5 * GIB)), disk) == 5 * GIB


def test_the_reason_says_how_many_requests_fit() -> None:
    shown = access_log.part(Logs(access=AccessLog(disk=80 * 1000 * 365, keep=YEAR)), measured(), "shop-edge")
    assert "declared" in shown["reasons"]["bytes"]
    assert "365 days of 1,000 requests a day" in shown["reasons"]["bytes"]
    assert json.loads(json.dumps(shown)) == shown
    assert shown["reasons"].keys() == {"keep_days", "bytes", "rotate_bytes"}


@pytest.mark.parametrize("room", [1 * MIB, 256 * MIB, 4 * GIB, 900 * GIB])
def test_files_end_early_enough_to_leave_one_by_one(room: int) -> None:
    shown = access_log.part(Logs(access=AccessLog(disk=room)), measured(), "shop-edge")["settings"]
    assert 8 * MIB <= shown["rotate_bytes"] <= 512 * MIB


def test_the_program_takes_what_it_is_told() -> None:
    told = access_log.part(Logs(), measured(), "shop-edge")["settings"]
    assert str(program.Settings(**told).current) == "/var/log/holdfast/edge/access.log"
    assert (told["project"], told["service"], told["owner"]) == ("shop-edge", "nginx", 101)

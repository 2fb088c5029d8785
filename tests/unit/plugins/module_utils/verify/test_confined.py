# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The bounds of containers as the engine shows them, against the plan."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.verify.confined import differences, parse

INSPECTED: dict[str, Any] = {
    "Config": {"User": "999:999"},
    "HostConfig": {
        "Privileged": False, "ReadonlyRootfs": True, "CapAdd": None, "CapDrop": ["ALL"], "PidsLimit": None,
        "SecurityOpt": ["no-new-privileges:true"], "NetworkMode": "shop-stores", "PidMode": "", "IpcMode": "private",
    },
    "Mounts": [{"Type": "volume", "Source": "/var/lib/docker/volumes/x/_data"}, {"Type": "bind", "Source": "/etc/x"}],
}  # fmt: skip
BOUNDS = {
    "privileged": False, "read_only": True, "user": "999:999", "cap_add": [], "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges=true"], "pids": 0, "shared": [], "sockets": [],
}  # fmt: skip
WANTED = {"project": "shop-stores", "service": "db", "confined": BOUNDS | {"pids": None}}


def _told(**changes: Any) -> list[tuple[str, Any, str]]:
    seen = {"name": "shop-stores-db-1", "project": "shop-stores", "service": "db", "confined": BOUNDS | changes}
    found = differences({"containers": [WANTED]}, {"containers": [seen]})
    return [(each.path, each.value, each.level) for each in found]


def test_the_engines_words() -> None:
    assert parse(INSPECTED) == BOUNDS


def test_the_engines_words_of_a_container_with_power() -> None:
    limits = INSPECTED["HostConfig"] | {
        "Privileged": True, "CapAdd": ["CAP_NET_ADMIN"], "PidMode": "host", "PidsLimit": 9, "NetworkMode": "host",
        "SecurityOpt": ["seccomp=unconfined"],
    }  # fmt: skip
    mounts = [{"Type": "bind", "Source": "/var/run/docker.sock"}]
    assert parse(INSPECTED | {"HostConfig": limits, "Mounts": mounts}) == BOUNDS | {
        "privileged": True, "cap_add": ["NET_ADMIN"], "shared": ["network_mode", "pid"], "pids": 9,
        "security_opt": ["seccomp=unconfined"], "sockets": ["/var/run/docker.sock"],
    }  # fmt: skip


def test_as_planned_nothing_is_told() -> None:
    assert _told() == []


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({"privileged": True}, "True"),
        ({"read_only": False}, "False"),
        ({"user": ""}, ""),
        ({"cap_add": ["NET_ADMIN", "NET_RAW"]}, "NET_ADMIN, NET_RAW"),
        ({"cap_drop": []}, "nothing"),
        ({"security_opt": []}, "nothing"),
        ({"shared": ["pid"]}, "pid"),
        ({"sockets": ["/run/docker.sock"]}, "/run/docker.sock"),
    ],
)
def test_each_other_bound_is_an_error(changes: dict[str, Any], value: str) -> None:
    assert _told(**changes) == [(f"containers.shop-stores.db.{next(iter(changes))}", value, "error")]


def test_processes_are_compared_where_they_can_be_held() -> None:
    assert _told(pids=512) == []
    wanted = WANTED | {"confined": BOUNDS | {"pids": 192}}
    seen = {"name": "x", "project": "shop-stores", "service": "db", "confined": BOUNDS}
    (finding,) = differences({"containers": [wanted]}, {"containers": [seen]})
    assert (finding.path, finding.rule) == ("containers.shop-stores.db.pids", "must be 192")


@pytest.mark.parametrize(
    ("changes", "value"),
    [({"privileged": True}, "privileged"), ({"sockets": ["/run/docker.sock"]}, "/run/docker.sock")],
)
def test_a_strangers_power_is_a_warning(changes: dict[str, Any], value: str) -> None:
    seen = {"name": "portal", "project": None, "service": None, "confined": BOUNDS | changes}
    (finding,) = differences({"containers": [WANTED]}, {"containers": [seen]})
    assert (finding.path, finding.value, finding.level) == ("containers.portal", value, "warning")


def test_a_stranger_without_power_is_not_told() -> None:
    seen = {"name": "portal", "project": None, "service": None, "confined": BOUNDS | {"read_only": False}}
    assert list(differences({"containers": [WANTED]}, {"containers": [seen]})) == []

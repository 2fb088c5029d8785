# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a container may do, by who wrote its image and what its Compose service says."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Resources, Service
from ansible_collections.holdfast.host.plugins.module_utils.plan import confine
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import STORES

# moby, oci/caps/defaults.go.
DOCKERS = (
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID"
    " SYS_CHROOT"
)
KEPT = sorted(confine.KEPT)


def _service(user: str | None = None, **extra: Any) -> Service:
    return Service(name="web", user=user, extra=extra)


def test_kept_and_dropped_are_dockers_own_set() -> None:
    assert sorted([*confine.KEPT, *confine.DROPPED]) == DOCKERS.split()
    assert all(reason for reason in (*confine.KEPT.values(), *confine.DROPPED.values()))
    assert "NET_RAW" in confine.DROPPED


@pytest.mark.parametrize(
    ("service", "adds"),
    [
        (_service(), KEPT),
        (_service("0:0"), KEPT),
        (_service("root"), KEPT),
        (_service("1000"), ["NET_BIND_SERVICE"]),
        (_service("node"), ["NET_BIND_SERVICE"]),
        (_service(cap_add=["cap_net_raw"]), sorted([*KEPT, "NET_RAW"])),
        (_service(cap_drop=["CAP_CHOWN"]), [each for each in KEPT if each != "CHOWN"]),
        (_service(cap_drop=["all"], cap_add=["NET_ADMIN"]), ["NET_ADMIN"]),
        (_service(cap_drop=["ALL"]), None),
        (_service("1000", cap_drop=["NET_BIND_SERVICE"]), None),
    ],
)
def test_all_is_dropped_and_what_is_needed_added(service: Service, adds: list[str] | None) -> None:
    made = confine.capabilities(service)
    assert made["cap_drop"] == ["ALL"]
    assert made.get("cap_add") == adds


def test_what_is_privileged_or_has_all_keeps_what_it_says() -> None:
    assert confine.capabilities(_service(privileged=True)) == {}
    assert confine.capabilities(_service(cap_add=["ALL"], cap_drop=["NET_RAW"])) == {
        "cap_add": ["ALL"], "cap_drop": ["NET_RAW"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ([], ["no-new-privileges:true"]),
        (["apparmor:x"], ["no-new-privileges:true", "apparmor:x"]),
        (["no-new-privileges=true"], ["no-new-privileges=true"]),
        (["no-new-privileges:false"], ["no-new-privileges:false"]),
    ],
)
def test_nobody_gains_privileges_who_does_not_say_so(said: list[str], options: list[str]) -> None:
    assert confine.security_opt(_service(security_opt=said)) == options


@pytest.mark.parametrize("kind", sorted(confine.MANAGED))
def test_managed_images_run_with_read_only_files_and_nothing_more_than_they_need(kind: str) -> None:
    made, managed = confine.MANAGED[kind].as_compose(), confine.MANAGED[kind]
    assert (made["cap_drop"], made["read_only"]) == (["ALL"], True)
    assert set(made.get("cap_add", [])) <= set(confine.KEPT)
    assert all("size=" in each for each in made["tmpfs"])
    assert bool(made.get("user")) is not bool(made.get("cap_add"))
    assert managed.why
    if kind in STORES:
        assert made["user"] == f"{STORES[kind].uid}:{STORES[kind].uid}"


def _settings(**values: int) -> list[dict[str, str]]:
    return [{"name": name, "value": str(value), "reason": ""} for name, value in values.items()]


@pytest.mark.parametrize("connections", [1, 20, 100, 500, 2000])
def test_postgres_may_start_every_process_that_its_settings_allow(connections: int) -> None:
    settings = _settings(
        max_connections=connections, max_worker_processes=16, autovacuum_max_workers=5, max_wal_senders=10
    )
    most, reason = confine.of_kind("postgres", settings)
    assert most >= connections + 16 + 5 + 10 + 3 + confine.VISITORS
    assert most <= connections + 16 + 5 + 10 + 3 + 2 * confine.VISITORS + 64
    assert reason


def test_other_kinds() -> None:
    assert confine.of_kind("nginx", cpus=64)[0] == 128
    assert confine.of_kind("nginx", cpus=1)[0] == 72
    assert confine.of_kind("redis")[0] == 256
    assert confine.of_kind("pgbouncer")[0] == 64


@pytest.mark.parametrize(("cpus", "most"), [(0.5, 512), (2, 512), (8, 896), (128, 4096)])
def test_a_service_of_the_users_may_have_more_on_a_larger_machine(cpus: float, most: int) -> None:
    assert confine.of_service(_service(), cpus)[0] == most
    assert confine.of_service(Service(name="web", limits=Resources(pids=7)), cpus) == (
        7,
        "declared in the Compose file",
    )

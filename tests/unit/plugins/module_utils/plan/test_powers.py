# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What gives a container power over its host: told, refused, and accepted by name with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.powers import (
    RISKS,
    findings,
    powers,
    short_option,
)
from tests.planning import COMPOSE, wish

SERVICE = "    command: [run, worker]"
# What a Compose service says, the key that is told, the risk, and whether it is refused.
ASKED: list[tuple[str, str, str, str]] = [
    ("privileged: true", "privileged", "privileged", "error"),
    ("pid: host", "pid", "host-pid", "warning"),
    ("ipc: host", "ipc", "host-ipc", "warning"),
    ("uts: host", "uts", "host-uts", "warning"),
    ("cgroup: host", "cgroup", "host-cgroup", "warning"),
    ("userns_mode: host", "userns_mode", "host-users", "warning"),
    ("devices: [/dev/fuse]", "devices", "devices", "warning"),
    ("device_cgroup_rules: ['c 1:3 mr']", "device_cgroup_rules", "devices", "warning"),
    ("cap_add: [NET_ADMIN]", "cap_add", "capabilities", "warning"),
    ("cap_add: [cap_sys_admin]", "cap_add", "root-capabilities", "error"),
    ("cap_add: [ALL]", "cap_add", "root-capabilities", "error"),
    ("security_opt: ['seccomp:unconfined']", "security_opt", "unconfined", "warning"),
    ("security_opt: ['apparmor=unconfined']", "security_opt", "unconfined", "warning"),
    ("security_opt: ['label:disable']", "security_opt", "unconfined", "warning"),
    ("security_opt: ['no-new-privileges:false']", "security_opt", "new-privileges", "warning"),
    *((f"volumes: ['{path}:/x:ro']", "volumes", "docker-socket", "error")
      for path in ("/", "/run", "/var/run/", "/run/containerd/containerd.sock", "/var/run/docker.sock")),
    *((f"volumes: ['{path}:/x:ro']", "volumes", "host-directories", "warning")
      for path in ("/etc", "/root", "/home/me", "/var/lib/docker/containers")),
]  # fmt: skip


def _worker(said: str, **changes: Any) -> Any:
    return wish(COMPOSE.replace(SERVICE, f"    {said}"), **changes)


def test_a_volume_that_is_a_bind_of_the_socket_is_one_too() -> None:
    volumes = "volumes:\n  own: {driver_opts: {type: none, o: bind, device: /var/run}}\n"
    text = COMPOSE.replace(SERVICE, "    volumes: ['own:/x']") + volumes
    (finding,) = [each for each in findings(wish(text)) if each.level == "error"]
    assert (finding.path, finding.value) == ("compose.services.worker.volumes", "/var/run")
    assert "docker-socket" in finding.hint


def test_every_risk_has_a_case() -> None:
    assert {risk for _, _, risk, _ in ASKED} == set(RISKS)


@pytest.mark.parametrize(("said", "key", "risk", "level"), ASKED)
def test_what_is_asked_for_is_told_with_the_name_to_accept_it_by(said: str, key: str, risk: str, level: str) -> None:
    (finding,) = findings(_worker(said))
    assert (finding.path, finding.level) == (f"compose.services.worker.{key}", level)
    assert finding.rule == RISKS[risk].rule
    assert f"holdfast_stack.services.worker.risks: {{{risk}: " in finding.hint


@pytest.mark.parametrize(("said", "key", "risk", "level"), ASKED)
def test_what_is_accepted_is_told_no_more_and_stands_in_the_plan_with_its_reason(
    said: str, key: str, risk: str, level: str
) -> None:
    made = _worker(said, services={"worker": {"risks": {risk: f"it is needed: {level}"}}})
    assert findings(made) == []
    (power,) = powers(made)
    assert (power.service, power.risk, power.key, power.accepted) == ("worker", risk, key, f"it is needed: {level}")
    assert power.as_dict()["rule"] == RISKS[risk].rule


def test_accepting_one_risk_accepts_no_other() -> None:
    made = _worker("{privileged: true, pid: host}".strip("{}").replace(", ", "\n    "),
                   services={"worker": {"risks": {"host-pid": "it shows processes"}}})  # fmt: skip
    assert [(each.path, each.level) for each in findings(made)] == [("compose.services.worker.privileged", "error")]


@pytest.mark.parametrize(
    "said",
    [
        "privileged: false", "ipc: private", "volumes: ['/etc/localtime:/etc/localtime:ro', '/srv/media:/media']",
        "cap_add: [NET_RAW]", "cap_drop: [ALL]", "security_opt: ['no-new-privileges:true', 'apparmor:mine']",
    ],
)  # fmt: skip
def test_what_gives_no_power_is_not_told(said: str) -> None:
    assert findings(_worker(said)) == []


def test_a_dropped_mount_is_not_told() -> None:
    socket = "/var/run/docker.sock"
    made = _worker(f"volumes: ['{socket}:{socket}']", services={"worker": {"mounts": {socket: "drop"}}})
    assert findings(made) == []


def test_what_is_accepted_for_nothing_is_told() -> None:
    (finding,) = findings(wish(services={"worker": {"risks": {"privileged": "it was"}}}))
    assert (finding.path, finding.level, finding.value) == (
        "holdfast_stack.services.worker.risks", "warning", "privileged",
    )  # fmt: skip


def test_a_carried_stores_risks_are_accepted_where_it_is_declared() -> None:
    text = COMPOSE + "  search: {image: 'search:1', privileged: true}\n"
    (finding,) = findings(wish(text, stores={"search": {"service": "search"}}))
    assert "holdfast_stack.stores.search.risks: {privileged: " in finding.hint
    accepted = {"service": "search", "risks": {"privileged": "it locks memory"}}
    assert findings(wish(text, stores={"search": accepted})) == []


def test_the_managed_stores_own_words_in_the_compose_file_are_not_used() -> None:
    assert (
        findings(wish(COMPOSE.replace('cache: {image: "redis:7"}', "cache: {image: 'redis:7', privileged: true}")))
        == []
    )


@pytest.mark.parametrize(
    ("option", "short"),
    [
        ("no-new-privileges", "no-new-privileges=true"),
        ("no-new-privileges:true", "no-new-privileges=true"),
        ("apparmor=docker-default", "apparmor=docker-default"),
        ('seccomp={"defaultAction": "x:y"}', "seccomp=own"),
        ("seccomp:unconfined", "seccomp=unconfined"),
        ("label:type:x", "label=type:x"),
    ],
)
def test_security_options_have_one_short_form(option: str, short: str) -> None:
    assert short_option(option) == short

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a laptop's Compose file means on a server: each decision is a line, and nothing is carried over by accident."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.laptop import decisions, findings, image, runs_once
from ansible_collections.holdfast.host.plugins.module_utils.plan.shipped import (
    files,
    mounts,
)
from tests.planning import COMPOSE, wish

SERVICE = "    command: [run, worker]"
MOUNTS = "['./worker/src:/app/src', './conf/a.ini:/etc/a.ini:ro', data:/data]"
HOT = COMPOSE.replace(SERVICE, f"    build: {{context: ./worker}}\n    volumes: {MOUNTS}") + "volumes: {data: {}}\n"


def _told(text: str = COMPOSE, **changes: Any) -> dict[str, tuple[str, str]]:
    return {f"{each.path}: {each.done}": (each.path, each.reason) for each in decisions(wish(text, **changes))}


def test_published_ports_are_told_with_the_reason_why_they_are_not() -> None:
    told = _told(COMPOSE.replace(SERVICE, '    ports: ["9:9"]'))
    assert told["compose.services.db.ports: 5432:5432 is not published on the host"][1].startswith("a store")
    assert told["compose.services.web.ports: 8000:8000 is not published on the host"][1].endswith("its routes")
    assert "services.worker.ports would" in told["compose.services.worker.ports: 9:9 is not published on the host"][1]


def test_stores_are_told() -> None:
    told = _told()
    assert "was postgres:16" in told["compose.services.db: managed postgres 18"][1]
    assert "compose.services.cache: managed redis 8" in told
    assert "compose.services.web.depends_on.db: kept by order" in told


def test_a_carried_store_is_told_as_such() -> None:
    told = _told(stores={"redis": None, "search": {"service": "cache", "image": "search:1"}})
    assert "compose.services.cache: kept as search store" in told
    assert (
        image(wish(stores={"redis": None, "search": {"service": "cache", "image": "search:1"}}), "cache") == "search:1"
    )


def test_the_source_for_hot_reload_is_not_mounted_and_the_rest_is() -> None:
    told = _told(HOT)
    assert "compose.services.worker.volumes: /app/src is not mounted" in told
    place = "/etc/holdfast/files/conf/a.ini"
    assert f"compose.services.worker.volumes: /etc/a.ini is mounted from {place}" in told
    made = wish(HOT)
    kept = mounts(made, "worker")
    assert [(each["type"], each["source"], each["target"]) for each in kept] == [
        ("bind", place, "/etc/a.ini"),
        ("volume", "data", "/data"),
    ]
    # The engine would make an empty directory in the place of a file that is missing.
    assert kept[0]["bind"] == {"create_host_path": False}
    assert files(made, ["worker"]) == [{"source": "/srv/shop/conf/a.ini", "path": place, "directory": False}]
    assert files(made, ["web"]) == []


def test_each_fate_of_a_mount_is_told() -> None:
    text = COMPOSE.replace(SERVICE, "    volumes: ['./uploads:/app/uploads', './dev:/dev-tools']")
    text += "  search: {image: 'search:1', volumes: ['./search:/data']}\n"
    declared = {"worker": {"mounts": {"/app/uploads": "volume", "/dev-tools": "drop"}}}
    told = _told(text, services=declared, stores={"search": {"service": "search"}})
    kept = told["compose.services.worker.volumes: /app/uploads is the volume shop_worker-app-uploads"]
    assert "never copied" in kept[1]
    assert "compose.services.worker.volumes: /dev-tools is not mounted" in told
    assert "compose.services.search.volumes: /data is the volume shop_search-data" in told


@pytest.mark.parametrize("mount", ["./mysql:/var/lib/mysql", "./app.db:/app/app.db"])
def test_a_mount_that_may_be_data_is_refused_until_it_is_declared(mount: str) -> None:
    made = wish(COMPOSE.replace(SERVICE, f"    volumes: ['{mount}']"), present=["/srv/shop/app.db"])
    (finding,) = findings(made)
    assert finding.path == "compose.services.worker.volumes"
    assert finding.value == mount.replace("./", "/srv/shop/")
    assert finding.level == "error"
    assert not [line for line in _told() if "mysql" in line]


def test_a_declared_mount_that_the_service_has_not_is_refused() -> None:
    text = COMPOSE.replace(SERVICE, "    volumes: ['./uploads:/app/uploads', data:/data]") + "volumes: {data: {}}\n"
    mounts = {"/app/uploads/": "volume", "/app/upload": "volume", "/data": "volume"}
    found = findings(wish(text, services={"worker": {"mounts": mounts}, "web": {"mounts": {"/x": "drop"}}}))
    assert [(each.path, each.value) for each in found] == [
        ("holdfast_stack.services.web.mounts", "/x"),
        ("holdfast_stack.services.worker.mounts", "/app/upload"),
        ("holdfast_stack.services.worker.mounts", "/data"),
    ]
    assert found[0].hint == "the service has no bind mount"
    assert found[1].hint == "did you mean '/app/uploads'?"


@pytest.mark.parametrize(
    ("volumes", "declared"),
    [
        ("['./a:/data', 'worker-data:/x']", ["/data"]),
        ("['./a:/in/put', './b:/in put']", ["/in/put", "/in put"]),
    ],
)
def test_two_kinds_of_data_never_share_a_volume(volumes: str, declared: list[str]) -> None:
    text = COMPOSE.replace(SERVICE, f"    volumes: {volumes}") + "volumes: {worker-data: {}}\n"
    (finding,) = findings(wish(text, services={"worker": {"mounts": dict.fromkeys(declared, "volume")}}))
    assert finding.path == "compose.volumes"
    assert "share the volume shop_worker-" in finding.rule


def test_a_file_that_is_not_there_is_refused() -> None:
    (finding,) = findings(wish(HOT))
    assert (finding.path, finding.value) == ("compose.services.worker.volumes", "/srv/shop/conf/a.ini")
    assert findings(wish(HOT, present=["/srv/shop/conf/a.ini"])) == []


def test_a_built_service_runs_the_declared_image() -> None:
    told = _told(HOT, services={"worker": {"image": "worker:2"}})
    assert "compose.services.worker.build: runs worker:2" in told
    assert "compose.services.web.image: runs web:2" in _told(services={"web": {"image": "web:2"}})
    assert not [line for line in _told() if "runs" in line]


def test_a_service_behind_a_profile_is_told() -> None:
    told = _told(COMPOSE + "  mail: {image: 'mail:1', profiles: [dev]}\n")
    assert "compose.services.mail: does not run" in told


def test_an_absolute_path_is_kept() -> None:
    made = wish(COMPOSE.replace(SERVICE, "    volumes: [/var/run/docker.sock:/var/run/docker.sock, /srv/media:/media]"))
    assert findings(made) == []
    assert [each["source"] for each in mounts(made, "worker")] == ["/var/run/docker.sock", "/srv/media"]
    assert files(made, ["worker"]) == []


def test_restarts_are_told_where_compose_has_no_policy() -> None:
    told = _told(COMPOSE.replace(SERVICE, "    restart: always"))
    assert "not to" in told["compose.services.web.restart: restarts unless stopped"][1]
    assert not [
        line for line in told if line.startswith(("compose.services.worker.restart", "compose.services.db.restart"))
    ]


WAITS = COMPOSE.replace(
    "condition: service_healthy}", "condition: service_healthy}, worker: {condition: DONE}"
).replace("DONE", "service_completed_successfully")


def test_what_is_waited_for_or_declared_runs_once() -> None:
    assert runs_once(wish()) == frozenset()
    assert runs_once(wish(WAITS)) == {"worker"}
    # A restart policy of the Compose file's own stands, unless the declaration says otherwise.
    always = WAITS.replace(SERVICE, "    restart: always")
    assert runs_once(wish(always)) == frozenset()
    assert runs_once(wish(always, services={"worker": {"once": True}})) == {"worker"}
    assert "compose.services.worker.restart: runs to its end" in _told(WAITS)


def test_a_server_builds_nothing() -> None:
    text = COMPOSE.replace(SERVICE, "    build: .\n    pull_policy: build")
    assert "compose.services.worker.pull_policy: build is not used" in _told(text)
    assert not [line for line in _told() if "pull_policy" in line]

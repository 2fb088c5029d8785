# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a laptop's Compose file means on a server: each decision is a line, and nothing is carried over by accident."""

from __future__ import annotations

from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan.laptop import decisions, findings, image
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


def test_the_engines_socket_is_warned_of_and_an_absolute_path_is_kept() -> None:
    made = wish(COMPOSE.replace(SERVICE, "    volumes: [/var/run/docker.sock:/var/run/docker.sock, /srv/media:/media]"))
    (finding,) = findings(made)
    assert (finding.level, finding.value) == ("warning", "/var/run/docker.sock")
    assert [each["source"] for each in mounts(made, "worker")] == ["/var/run/docker.sock", "/srv/media"]
    assert files(made, ["worker"]) == []

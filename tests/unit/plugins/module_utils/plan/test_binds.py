# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What becomes of each bind mount: nothing of the laptop's overwrites data, and no data is left in a container."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.binds import Fate, fate, own_services, volumes
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import LocalPath, Wish
from tests.planning import COMPOSE, wish

SERVICE = "    command: [run, worker]"
FILE, DIRECTORY = LocalPath(directory=False, digest="0"), LocalPath(directory=True, digest="0")


def _wish(mount: str, there: LocalPath | None, build: str | None = ".", **mounts: str) -> Wish:
    built = f"    build: {build}\n" if build else ""
    text = COMPOSE.replace(SERVICE, f"{built}    volumes: ['{mount}']") + "volumes: {data: {}}\n"
    declared: dict[str, Any] = {"services": {"worker": {"mounts": mounts}}} if mounts else {}
    source = "/srv/shop/" + mount.partition(":")[0].removeprefix("./")
    return replace(wish(text, **declared), local_paths={source.rstrip("/."): there} if there else {})


def _fate(made: Wish, name: str = "worker") -> Fate:
    (mount,) = made.project.services[name].volumes
    return fate(made, name, mount)


@pytest.mark.parametrize(
    ("mount", "there", "build", "kind"),
    [
        # What a container only reads is configuration, whatever its name.
        ("./conf:/etc/app:ro", DIRECTORY, None, "ship"),
        ("./src:/app/src:ro", DIRECTORY, ".", "ship"),
        ("./data:/data:ro", DIRECTORY, None, "ship"),
        ("./app.db:/app/app.db:ro", FILE, None, "ship"),
        ("./gone:/etc/app:ro", None, None, "ship"),
        # A file that a container may write to is configuration only by its name.
        ("./nginx.conf:/etc/nginx/nginx.conf", FILE, None, "ship"),
        ("./.env:/app/.env", FILE, ".", "ship"),
        ("./init.SQL:/init.sql", FILE, ".", "ship"),
        ("./gone.ini:/gone.ini", None, None, "ship"),
        ("./app.db:/app/app.db", FILE, ".", "ask"),
        ("./app.db:/app/app.db", None, ".", "ask"),
        ("./Caddyfile:/etc/Caddyfile", FILE, None, "ask"),
        ("./manage.py:/app/manage.py", FILE, ".", "ask"),
        # A directory of the build is its source, unless it looks like data.
        ("./src:/app/src", DIRECTORY, ".", "drop"),
        ("./src:/app/src", None, ".", "drop"),
        (".:/app", DIRECTORY, ".", "drop"),
        ("./web/src:/app/src", DIRECTORY, "./web", "drop"),
        ("./uploads:/app/uploads", DIRECTORY, ".", "ask"),
        ("./uploads:/app/uploads", None, ".", "ask"),
        ("./User-Uploads:/app/files", DIRECTORY, ".", "ask"),
        ("./storage/app:/app/files", DIRECTORY, ".", "ask"),
        ("./files:/app/media", DIRECTORY, ".", "ask"),
        ("./files:/var/lib/app", DIRECTORY, ".", "ask"),
        (".:/data", DIRECTORY, ".", "ask"),
        # Without a build, or outside of it, there is no telling.
        ("./other:/app/other", DIRECTORY, "./worker", "ask"),
        ("./mysql:/var/lib/mysql", DIRECTORY, None, "ask"),
        ("./conf:/etc/app", DIRECTORY, None, "ask"),
        # The build may reach further than the Compose file's directory; nothing of it is on the host.
        ("../src:/app/src", None, "..", "drop"),
        ("../app.ini:/app/app.ini", None, "..", "ask"),
        # A path of the host's own.
        ("/srv/media:/media", None, ".", "keep"),
        ("data:/data", None, ".", "keep"),
    ],
)
def test_what_becomes_of_an_undeclared_mount(mount: str, there: LocalPath | None, build: str | None, kind: str) -> None:
    found = _fate(_wish(mount, there, build))
    assert found.kind == kind
    assert bool(found.hint) == (kind == "ask")
    assert bool(found.why) == (kind != "keep")


@pytest.mark.parametrize(
    ("mount", "there", "declared", "kind"),
    [
        ("./uploads:/app/uploads", DIRECTORY, "volume", "volume"),
        ("./uploads:/app/uploads/", None, "volume", "volume"),
        ("./uploads:/app/uploads", DIRECTORY, "ship", "ship"),
        ("./uploads:/app/uploads", DIRECTORY, "drop", "drop"),
        ("./src:/app/uploads:ro", DIRECTORY, "volume", "volume"),
        ("./Caddyfile:/app/uploads", FILE, "ship", "ship"),
        ("./app.db:/app/uploads", FILE, "volume", "ask"),
        ("/srv/media:/app/uploads", None, "volume", "volume"),
        ("/srv/media:/app/uploads", None, "drop", "drop"),
        ("/srv/media:/app/uploads", None, "ship", "ask"),
    ],
)
def test_a_declaration_decides(mount: str, there: LocalPath | None, declared: str, kind: str) -> None:
    found = _fate(_wish(mount, there, **{"/app/uploads": declared}))
    assert found.kind == kind
    assert found.key == ("worker-app-uploads" if kind == "volume" else "")
    assert bool(found.hint) == (kind == "ask")


def test_what_has_to_be_declared_is_said_as_it_would_be_written() -> None:
    hint = _fate(_wish("./uploads:/app/uploads", DIRECTORY)).hint
    assert 'holdfast_stack.services.worker.mounts: {"/app/uploads": volume}' in hint
    assert ":ro" in hint
    assert "volume" in _fate(_wish("./app.db:/app/app.db", FILE)).hint


TWO = COMPOSE.replace(SERVICE, "    volumes: ['./files:/srv/files:ro']").replace(
    '    ports: ["8000:8000"]', "    ports: ['8000:8000']\n    volumes: ['./files:/app/files']"
)


def test_services_that_share_a_directory_share_its_volume() -> None:
    made = wish(TWO, services={"web": {"mounts": {"/app/files": "volume"}}})
    assert volumes(made) == {"/srv/shop/files": "web-app-files"}
    # Shipping the laptop's would show the reader another directory than the writer's.
    assert [_fate(made, name).key for name in ("web", "worker")] == ["web-app-files"] * 2


@pytest.mark.parametrize("source", ["./files/public", "."])
def test_a_part_of_data_and_what_holds_data_is_asked_for(source: str) -> None:
    text = TWO.replace("./files:/srv/files:ro", f"{source}:/srv/files:ro")
    made = wish(text, services={"web": {"mounts": {"/app/files": "volume"}}})
    assert _fate(made).kind == "ask"
    declared = wish(
        text, services={"web": {"mounts": {"/app/files": "volume"}}, "worker": {"mounts": {"/srv/files": "ship"}}}
    )
    assert _fate(declared).kind == "ship"


def test_the_hosts_own_directories_hold_no_data_of_the_laptops() -> None:
    text = TWO.replace("./files:/srv/files:ro", "/:/host:ro")
    assert _fate(wish(text, services={"web": {"mounts": {"/app/files": "volume"}}})).kind == "keep"


@pytest.mark.parametrize(
    ("mount", "there", "kind", "key"),
    [
        ("./minio:/data", DIRECTORY, "volume", "search-data"),
        ("./minio:/data", None, "volume", "search-data"),
        ("./minio:/", DIRECTORY, "volume", "search-root"),
        ("./minio:/data:ro", DIRECTORY, "ship", ""),
        ("./s.ini:/s.ini", FILE, "ship", ""),
        ("./s.db:/s.db", FILE, "ask", ""),
        ("/srv/minio:/data", None, "keep", ""),
    ],
)
def test_what_a_carried_store_writes_to_is_data(mount: str, there: LocalPath | None, kind: str, key: str) -> None:
    text = COMPOSE + f"  search: {{image: 'search:1', volumes: ['{mount}']}}\n"
    source = "/srv/shop/" + mount.partition(":")[0].removeprefix("./")
    made = replace(wish(text, stores={"search": {"service": "search"}}), local_paths={source: there} if there else {})
    found = _fate(made, "search")
    assert (found.kind, found.key) == (kind, key)
    assert "holdfast_stack" not in found.hint


def test_carried_stores_run_from_their_own_definition_and_managed_ones_do_not() -> None:
    made = wish(COMPOSE + "  search: {image: 'search:1'}\n", stores={"search": {"service": "search"}})
    assert own_services(made) == ["web", "worker", "search"]

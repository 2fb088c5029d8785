# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is mounted from beside the Compose file: shipped, found again, and replaced when it changes."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.holdfast.host.plugins.module_utils.compose.interpolate import substitute
from ansible_collections.holdfast.host.plugins.module_utils.plan.laptop import findings
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import LocalPath
from ansible_collections.holdfast.host.plugins.module_utils.plan.shipped import (
    digest,
    files,
    mounts,
    sections,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.store_secrets import store_secret_files
from tests.planning import COMPOSE, wish

SERVICE = "    command: [run, worker]"
MOUNTS = "['./worker/src:/app/src', './conf/a.ini:/etc/a.ini:ro', data:/data]"
HOT = COMPOSE.replace(SERVICE, f"    build: {{context: ./worker}}\n    volumes: {MOUNTS}") + "volumes: {data: {}}\n"


def test_files_of_secrets_and_configs_are_shipped_and_must_be_there() -> None:
    text = COMPOSE.replace(SERVICE, "    secrets: [token]\n    configs: [conf]")
    text += "secrets: {token: {file: ./t}}\nconfigs: {conf: {file: ./c}, other: {content: 'a$$b'}}\n"
    assert [each.value for each in findings(wish(text))] == ["/srv/shop/t", "/srv/shop/c"]
    made = wish(text, present=["/srv/shop/t", "/srv/shop/c"])
    assert findings(made) == []
    assert [each["path"] for each in files(made, ["worker"])] == ["/etc/holdfast/files/c", "/etc/holdfast/files/t"]
    assert sections(made, ["worker"]) == {
        "secrets": {"token": {"file": "/etc/holdfast/files/t"}},
        "configs": {"conf": {"file": "/etc/holdfast/files/c"}},
    }


def test_the_content_of_a_config_keeps_its_dollars() -> None:
    text = COMPOSE.replace(SERVICE, "    configs: [conf]") + "configs: {conf: {content: 'a$$b'}}\n"
    content = sections(wish(text), ["worker"])["configs"]["conf"]["content"]
    assert substitute(content, {}).text == "a$b"


def test_a_dollar_in_a_path_is_still_one_when_compose_reads_it() -> None:
    made = wish(COMPOSE.replace(SERVICE, "    volumes: ['/srv/a$$b:/x$$y']"))
    (mount,) = mounts(made, "worker")
    assert [substitute(mount[key], {}).text for key in ("source", "target")] == ["/srv/a$b", "/x$y"]


def test_a_mounted_file_marks_its_service_so_that_a_change_replaces_the_container() -> None:
    path = "/srv/shop/conf/a.ini"
    first, second = (wish(HOT, present=[path]) for _ in range(2))
    changed = replace(second, local_paths={path: LocalPath(directory=False, digest="1")})
    assert digest(first, "worker") == digest(second, "worker") != digest(changed, "worker")
    assert digest(first, "web") is None


def test_data_is_a_volume_and_is_never_copied() -> None:
    text = COMPOSE.replace(SERVICE, "    volumes: ['./uploads:/app/up$$loads', './logo:/logo:ro']")
    declared = {"worker": {"mounts": {"/app/up$loads": "volume", "/logo": "volume"}}}
    made = wish(text, present=["/srv/shop/c.ini"], services=declared)
    assert mounts(made, "worker") == [
        {"type": "volume", "source": "worker-app-up-loads", "target": "/app/up$$loads"},
        {"type": "volume", "source": "worker-logo", "target": "/logo", "read_only": True},
    ]
    assert files(made, ["worker"]) == []
    assert digest(made, "worker") is None


def test_what_has_to_be_declared_is_neither_copied_nor_mounted_before_it_is() -> None:
    made = wish(COMPOSE.replace(SERVICE, "    volumes: ['./mysql:/var/lib/mysql', './app.db:/app.db']"))
    assert (mounts(made, "worker"), files(made, ["worker"])) == ([], [])


def test_a_carried_stores_files_are_its_own() -> None:
    text = COMPOSE + "  search: {image: 'search:1', volumes: ['./s.ini:/s.ini', './data:/data']}\n"
    made = wish(text, present=["/srv/shop/s.ini"], stores={"search": {"service": "search"}})
    assert [each["source"] for each in files(made, ["search"])] == ["/srv/shop/s.ini"]
    assert mounts(made, "search")[1] == {"type": "volume", "source": "search-data", "target": "/data"}


SHARED = (
    COMPOSE.replace(SERVICE, "    secrets: [password, token]")
    .replace("POSTGRES_PASSWORD: laptop-db, POSTGRES_DB: shop}", "POSTGRES_PASSWORD_FILE: /run/secrets/password, ")
    .replace("/run/secrets/password, \n", "/run/secrets/password, POSTGRES_DB: shop}\n    secrets: [password]\n")
    + "secrets: {password: {file: ./pw}, token: {file: ./t}}\n"
)


def test_a_stores_password_is_the_one_made_on_the_host_and_the_laptops_stays_there() -> None:
    made = wish(SHARED, present=["/srv/shop/t"])
    assert findings(made) == []
    assert [each["source"] for each in files(made, ["worker"])] == ["/srv/shop/t"]
    secrets = sections(made, ["worker"])["secrets"]
    assert secrets["password"]["file"] == store_secret_files(made)["password"]
    assert secrets["token"]["file"] == "/etc/holdfast/files/t"

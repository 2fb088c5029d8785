# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What goes into a kit: the files of the plan from wherever they lie, the inventory's variables, every secret."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.plugin_utils import kit, kit_files, kit_gather
from tests.planning import COMPOSE, STACK, lay, merged, planned
from tests.unit.plugins.plugin_utils.test_beside import MEDIA, site


def names(part: dict[str, Any]) -> list[str]:
    """Return the names of a kit's files."""
    return sorted(part["files"])


def test_the_files_of_the_plan_and_no_others(tmp_path: Path) -> None:
    (site(tmp_path) / "a.ini").chmod(0o755)
    part = kit_gather.gather(merged(STACK, MEDIA), str(tmp_path))
    assert names(part) == sorted(
        [".env", "a.ini", "app.env", "base/common.yaml", "compose.yaml", "conf/b.ini", "conf/deep/c.ini"]
    )
    assert part["directory"] == "."
    # The data itself is none of the kit's, but a plan asks whether it is a directory.
    assert part["directories"] == ["conf", "conf/deep", "media"]
    assert (part["files"]["a.ini"]["mode"], part["files"]["app.env"]["mode"]) == ("0755", "0600")


def test_a_plan_from_an_opened_kit_is_the_plan_that_was_made_beside_the_inventory(tmp_path: Path) -> None:
    raw = merged(STACK, MEDIA)
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    part = kit_gather.gather(raw, str(site(here)))
    kit_files.unpack(part, there, {})
    # Each with the Compose file that lies there.
    before, after = (planned(place, raw=raw, compose=None) for place in (here, there))
    for plan, root in ((before, here), (after, there)):
        for entry in plan["app"]["files"]:
            entry["source"] = Path(entry["source"]).relative_to(root).as_posix()
    assert after == before


def test_files_above_the_directory_keep_their_places(tmp_path: Path) -> None:
    inner = tmp_path / "stacks/shop"
    inner.mkdir(parents=True)
    (tmp_path / "common.yaml").write_text("services: {base: {image: 'web:1'}}\n", encoding="utf-8")
    lay(inner, COMPOSE + "    extends: {file: ../../common.yaml, service: base}\n")
    part = kit_gather.gather(STACK, str(inner))
    assert (part["directory"], names(part)) == ("stacks/shop", ["common.yaml", "stacks/shop/compose.yaml"])


def test_a_link_to_a_file_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x", encoding="utf-8")
    (tmp_path / "a.ini").symlink_to("real")
    lay(tmp_path, COMPOSE + "    volumes: ['./a.ini:/a.ini']\n")
    part = kit_gather.gather(STACK, str(tmp_path))
    assert kit.decoded(part["files"]["a.ini"]) == b"x"


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("link to a directory", "is a link to a directory"),
        ("pipe", "is neither a file nor a directory"),
        ("absolute certificate", "found by an absolute path"),
        ("absolute mount", "found by an absolute path"),
        ("broken", "cannot be read"),
        ("large", "1 MiB, and a kit holds 0 MiB at most"),
    ],
)
def test_what_a_kit_cannot_hold_is_refused_when_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str, said: str
) -> None:
    raw, conf = STACK, tmp_path / "conf"
    conf.mkdir()
    volumes = "    volumes: ['./conf:/conf:ro']\n"
    if case == "link to a directory":
        (conf / "x").symlink_to(tmp_path)
    elif case == "pipe":
        os.mkfifo(conf / "x")
    elif case == "absolute certificate":
        (tmp_path / "a.pem").touch()
        raw = merged(STACK, {"tls": {"mode": "files", "certificate": f"{tmp_path}/a.pem", "key": "a.pem"}})
    elif case == "absolute mount":
        volumes = f"    volumes: ['{tmp_path}/conf:/conf:ro']\n"
    elif case == "broken":
        raw = {**STACK, "nam": "x"}
    else:
        (conf / "x").write_bytes(bytes(1 << 20))
        monkeypatch.setattr(kit_gather, "LARGEST_BYTES", 1000)
    lay(tmp_path, COMPOSE + volumes)
    with pytest.raises(kit.KitError, match=said):
        kit_gather.gather(raw, str(tmp_path))


def test_small_files_that_are_much_together_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site(tmp_path)
    monkeypatch.setattr(kit_gather, "LARGEST_BYTES", (tmp_path / "compose.yaml").stat().st_size)
    with pytest.raises(kit.KitError, match=r"the largest is .*compose\.yaml"):
        kit_gather.gather(merged(STACK, MEDIA), str(tmp_path))


def test_the_roles_variables_that_the_inventory_sets_come_along() -> None:
    written = kit_gather.defaults()
    assert written["docker_source"] == "docker"
    assert written["preflight_docker_source"] == "{{ docker_source | default('docker') }}"
    variables = written | {
        "holdfast_stack": {"name": "shop"},
        "docker_source": "distro",
        "docker_registry_mirrors": ["http://mirror.example.org:5000"],
        "preflight_directory": "/home/ops/shop",
        "verify_names": ["203.0.113.10"],
        "backup_kit_password": "of the kit",
        "app_secrets": {"MAIL": "mail-value"},
        "ansible_host": "203.0.113.10",
    }
    found = kit_gather.collected(variables, str)
    assert found == {
        "holdfast_stack": written["preflight_stack"],
        "docker_source": "distro",
        "docker_registry_mirrors": "['http://mirror.example.org:5000']",
    }


def test_without_the_roles_in_the_play_the_declaration_is_that_of_the_inventory() -> None:
    assert kit_gather.collected({"holdfast_stack": {"name": "shop"}}, lambda value: value) == {
        "holdfast_stack": {"name": "shop"}
    }


def test_what_belongs_to_a_run_is_a_variable_of_some_role() -> None:
    assert set(kit_gather.defaults()) >= kit_gather.OF_A_RUN


def test_the_hosts_secrets_win_and_a_missing_one_is_told(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    asked = [secret["name"] for secret in plan["secret_files"]["names"]]
    held = {name: f"{name}-value" for name in asked} | {"retired": "old"}
    found = kit_gather.secrets(plan, {asked[0]: "newer", "MAIL": "mail-value"}, held, check=False)
    assert found == held | {"MAIL": "mail-value"}
    del held[asked[1]]
    with pytest.raises(kit.KitError, match=f"the host has no secret {asked[1]} yet"):
        kit_gather.secrets(plan, {}, held, check=False)
    assert kit_gather.secrets(plan, {}, {}, check=True) == {}


def test_files_that_are_made_from_secrets_are_none(tmp_path: Path) -> None:
    assert "/etc/holdfast/secrets/redis_auth.conf" in kit_gather.derived(planned(tmp_path))

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Every file that is written for any system in any tier, before the program that reads it: one container a program.

PostgreSQL, Redis, Valkey and PgBouncer are started with each and asked what they run with, nginx and Compose read each,
and this kernel is asked for each name. The lab has PostgreSQL 18 and Redis 8 alone: files for PostgreSQL 16 are judged
by 18, which knows every name in them. Nothing is written for Prometheus yet, so promtool judges nothing.
Each pile has a spoiled file in it, which alone must be refused.
"""

from __future__ import annotations

import difflib
import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from ansible_collections.holdfast.host.plugins.module_utils import kernel_state
from ansible_collections.holdfast.host.plugins.module_utils.verify.settings import same_postgres, same_redis
from tests.golden import systems, tiers
from tests.judges import piles
from tests.judges.conftest import Judge

POSTGRES_LINE = re.compile(r"^(\w+) = (.+?)  # ", re.MULTILINE)
# What a program reads without a word and does not have: Valkey's clock is always a dynamic one.
KERNEL_LINE = re.compile(r"^-?([\w.-]+) = (.+)$", re.MULTILINE)


def _asked(ask: Judge, image: str, words: list[str], directory: Path, **more: str) -> dict[str, str]:
    """Return what was said of each file of a directory, after a look at the spoiled one."""
    said = ask(image, ["bash", "-c", *words], {directory: "/files"}, **more)
    told = piles.answers(said.stdout)
    assert sorted(told) == sorted(path.name for path in directory.iterdir()), said.stderr + said.stdout[-2000:]
    assert told.pop(piles.SPOILED).startswith(piles.REFUSED)
    assert {name: answer for name, answer in told.items() if answer.startswith(piles.REFUSED)} == {}
    return told


def test_the_bundles_are_what_is_made_now() -> None:
    made, kept = tiers.made(), tiers.kept()
    assert sorted(made) == sorted(kept)
    for path, text in made.items():
        lines = difflib.unified_diff(kept[path].splitlines(), text.splitlines(), "kept", "made now", lineterm="", n=1)
        changed = list(lines)
        assert not changed, "\n".join([f"{path}: read this, then run `make golden`", *changed[:60]])


def test_postgres_runs_with_every_file(ask: Judge, tmp_path: Path) -> None:
    files = piles.pile("/postgresql.conf")
    assert len(files) > 20
    spoiled = {piles.SPOILED: "shared_bufers = 1MB\n"}
    words = [piles.POSTGRES, "bash", piles.POSTGRES_QUERY]
    told = _asked(ask, "postgres", words, piles.lay(tmp_path, files | spoiled), user="postgres", memory="3g")
    for name, text in files.items():
        live = json.loads(told[name])
        # What is said on the command line wins.
        planned = [row for row in POSTGRES_LINE.findall(text) if row[0] != "listen_addresses"]
        assert len(planned) > 50
        different = [row for row in planned if not same_postgres(row[1], *live.get(row[0], ("missing", None)))]
        assert different == [], name


@pytest.mark.parametrize("program", ["redis", "valkey"])
def test_redis_and_valkey_run_with_every_file(ask: Judge, tmp_path: Path, program: str) -> None:
    files = piles.pile("/redis.conf", valkey=program == "valkey")
    assert len(files) > 2
    secrets = piles.lay(tmp_path / "secrets", {"redis_auth": f"requirepass {piles.PASSWORD}\n"})
    spoiled = {piles.SPOILED: "maxmemoryy 1mb\n"}
    directory = piles.lay(tmp_path / "files", files | spoiled)
    words = ["bash", "-c", piles.REDIS, "bash", f"{program}-server", f"{program}-cli"]
    said = ask(program, words, {directory: "/files", secrets: "/run/secrets"}, user=program)
    told = piles.answers(said.stdout)
    assert sorted(told) == sorted([*files, piles.SPOILED]), said.stderr
    assert "maxmemoryy" in told.pop(piles.SPOILED)
    for name, text in files.items():
        assert not told[name].startswith(piles.REFUSED), told[name]
        live = json.loads(told[name])
        lines = [line.split(" ", 1) for line in text.splitlines() if line and not line.startswith(("#", "include "))]
        planned = {key: value.replace(" replica ", " slave ") for key, value in lines if key not in {"dir", "save"}}
        assert len(planned) > 20
        assert {key for key in planned if key not in live} == set(), name
        assert {key: value for key, value in planned.items() if not same_redis(value, live[key])} == {}, name
        assert live["requirepass"] == piles.PASSWORD


def test_the_pooler_runs_with_every_file(ask: Judge, tmp_path: Path) -> None:
    files = piles.pile("/pgbouncer.ini")
    # Where a stack has a pooler, its file is here.
    wanted = any("pgbouncer" in str(_services(text)) for text in piles.pile("/stores/compose.yaml").values())
    assert bool(files) == wanted
    spoiled = {piles.SPOILED: "[pgbouncer]\nmax_client_con = 5\n"}
    told = _asked(ask, "pgbouncer", [piles.PGBOUNCER], piles.lay(tmp_path, files | spoiled), user="postgres")
    for name, text in files.items():
        live = dict(row.split("|")[:2] for row in told[name].split(";") if "|" in row)
        section = text.partition("[pgbouncer]")[2]
        planned = dict(re.findall(r"^(\w+) *= *(.*?) *$", section, re.MULTILINE))
        assert len(planned) > 10
        # The judge is let in by these.
        for own in ("unix_socket_dir", "admin_users", "auth_type"):
            planned.pop(own, None)
        assert {key: value for key, value in planned.items() if live.get(key) != value} == {}, name


def test_nginx_takes_every_file(ask: Judge, tmp_path: Path) -> None:
    files = piles.pile("/nginx/nginx.conf")
    versions = piles.pile("/nginx/version.conf")
    # The one tells the fingerprint of the other.
    assert sorted(files) == sorted(versions)
    assert len(files) > 10
    tree = {f"{name}/nginx.conf": text for name, text in files.items()}
    tree |= {f"{name}/version.conf": text for name, text in versions.items()}
    one = next(iter(files))
    tree |= {f"{piles.SPOILED}/nginx.conf": files[one].replace("sendfile on", "sendfiel on")}
    tree |= {f"{piles.SPOILED}/version.conf": versions[one]}
    directory = piles.lay(tmp_path / "files", tree)
    certificates = {found for text in files.values() for found in re.findall(r"/etc/edge-tls/(\S+)\.pem;", text)}
    mounts = {directory: "/files", _certificates(tmp_path / "tls", certificates): "/etc/edge-tls"}
    said = ask("nginx", ["bash", "-c", piles.NGINX], mounts)
    told = piles.answers(said.stdout)
    assert sorted(told) == sorted([*files, piles.SPOILED]), said.stderr
    assert "sendfiel" in told.pop(piles.SPOILED)
    assert {name: answer for name, answer in told.items() if answer != "ok"} == {}


def _certificates(directory: Path, names: set[str]) -> Path:
    """Return a directory with one certificate under all names."""
    directory.mkdir()
    made = ["-keyout", f"{directory}/made.key", "-out", f"{directory}/made.pem"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=example.org"]
    subprocess.run(["openssl", "req", "-x509", *kind, *made], check=True, capture_output=True)
    files = {f"{name}.{end}": (directory / f"made.{end}").read_text() for name in names for end in ("key", "pem")}
    return piles.lay(directory, files)


def _services(text: str) -> Mapping[str, dict[str, object]]:
    services: Mapping[str, dict[str, object]] = yaml.load(text, Loader=yaml.CSafeLoader)["services"]
    return services


def test_compose_reads_every_project(ask: Judge, tmp_path: Path) -> None:
    files = {f"{part}-{name}": text for part in ("stores", "app", "edge") for name, text in _projects(part).items()}
    assert len(files) > 40
    tree = {f"{name}/compose.yaml": text for name, text in files.items()}
    for name, text in files.items():
        variables = sorted(set(re.findall(r"(?<!\$)\$\{(\w+)", text)))
        tree[f"{name}/.env"] = "".join(f"{variable}={piles.PASSWORD}\n" for variable in variables)
    one = next(iter(files))
    tree[f"{piles.SPOILED}/compose.yaml"] = files[one].replace("restart:", "restrat:")
    told = _asked(ask, "compose", [piles.COMPOSE], piles.lay(tmp_path, tree))
    for name, text in files.items():
        read = json.loads(told[name])["services"]
        assert set(read) == set(_services(text)), name
        assert all(int(each["deploy"]["resources"]["limits"]["memory"]) > 0 for each in read.values()), name


def _projects(part: str) -> dict[str, str]:
    return piles.pile(f"holdfast/{part}/compose.yaml")


def test_this_kernel_knows_every_name() -> None:
    files = piles.pile(systems.KERNEL_FILE)
    assert len(files) > 10
    planned = {row for text in files.values() for row in KERNEL_LINE.findall(text)}
    live = kernel_state.live({name for name, _ in planned})
    assert len(live) > 40
    missing = [name for name, value in live.items() if value is None]
    # A name that is not here is there once a module is loaded.
    assert [name for name in missing if "without the module" not in kernel_state.absent(name)] == []
    # Each value has as many words as the kernel's own.
    known = [(name, value) for name, value in planned if live[name] is not None]
    assert [row for row in known if len(row[1].split()) != len(str(live[row[0]]).split())] == []
    assert kernel_state.live(["vm.swapiness"]) == {"vm.swapiness": None}
    assert "without the module" not in kernel_state.absent("vm.swapiness")

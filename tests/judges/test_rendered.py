# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Golden files of two systems before the programs that read them on a host, closely; test_tiers.py has all of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.backup import SERVER
from ansible_collections.holdfast.host.plugins.module_utils.verify.settings import same_redis
from tests.golden.systems import HERE
from tests.judges.conftest import Judge

PASSWORD = "made-up"
SYSTEMS = ("pydotorg", "placement")
# Each setting as the server would run with it, a line each. An empty directory stands for the data: nothing is started.
READ_POSTGRES = """
touch /tmp/postgresql.auto.conf
for name; do postgres -C "$name" -D /tmp -c config_file=/etc/postgresql/postgresql.conf || exit 1; done
"""
# There is no mode that only reads: it is started without a port, asked what it runs with, and ends with the container.
READ_REDIS = """
redis-server /usr/local/etc/redis/redis.conf --port 0 --unixsocket /tmp/redis.sock --dir /tmp > /tmp/log 2>&1 &
export REDISCLI_AUTH="$1"
for _ in $(seq 100); do
  kill -0 $! || { cat /tmp/log; exit 1; }
  [ "$(redis-cli -s /tmp/redis.sock ping 2>&1)" = PONG ] && exec redis-cli --json -s /tmp/redis.sock CONFIG GET '*'
  sleep 0.1
done
cat /tmp/log; exit 1
"""


@pytest.fixture(params=SYSTEMS)
def etc(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a copy of what the roles write for a system: /etc/holdfast."""
    copy = tmp_path / "etc"
    shutil.copytree(HERE / request.param / "etc/holdfast", copy)
    tmp_path.chmod(0o755)
    return copy


def _plan(etc: Path) -> dict[str, Any]:
    name = re.search(r"^name: (\w+)-edge$", (etc / "edge/compose.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    assert name is not None
    plan: dict[str, Any] = json.loads((HERE / f"{name[1]}.plan.json").read_text(encoding="utf-8"))
    return plan


def _nginx(ask: Judge, etc: Path, tls: Path) -> subprocess.CompletedProcess[str]:
    return ask(
        "nginx", ["nginx", "-t", "-c", "/etc/edge/nginx.conf"], {etc / "edge/nginx": "/etc/edge", tls: "/etc/edge-tls"}
    )


@pytest.fixture
def tls(etc: Path, tmp_path: Path) -> Path:
    """Return a directory with the certificate that nginx.conf names."""
    named = re.search(r"/etc/edge-tls/(\S+)\.pem;", (etc / "edge/nginx/nginx.conf").read_text(encoding="utf-8"))
    assert named is not None
    directory = tmp_path / "tls"
    directory.mkdir()
    files = ["-keyout", f"{directory}/{named[1]}.key", "-out", f"{directory}/{named[1]}.pem"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=example.org"]
    subprocess.run(["openssl", "req", "-x509", *kind, *files], check=True, capture_output=True)
    return directory


def test_nginx_takes_its_configuration(ask: Judge, etc: Path, tls: Path) -> None:
    said = _nginx(ask, etc, tls)
    assert said.returncode == 0, said.stderr
    assert "[warn]" not in said.stderr


def test_nginx_takes_the_longest_host_names(ask: Judge, etc: Path, tls: Path) -> None:
    path = etc / "edge/nginx/nginx.conf"
    text = path.read_text(encoding="utf-8")
    long = [".".join([f"{digit}" * 60, *["a" * 62] * 3]) for digit in range(9)]
    assert {len(name) for name in long} == {249}
    path.write_text(re.sub(r"server_name (\w\S+);", rf"server_name \1 {' '.join(long)};", text), encoding="utf-8")
    said = _nginx(ask, etc, tls)
    assert said.returncode == 0, said.stderr
    assert "[emerg]" not in said.stderr
    path.write_text(path.read_text(encoding="utf-8").replace("bucket_size 512", "bucket_size 128"), encoding="utf-8")
    assert "server_names_hash_bucket_size" in _nginx(ask, etc, tls).stderr


def test_nginx_would_refuse_a_mistake(ask: Judge, etc: Path, tls: Path) -> None:
    path = etc / "edge/nginx/nginx.conf"
    path.write_text(path.read_text(encoding="utf-8").replace("sendfile on", "sendfiel on"), encoding="utf-8")
    said = _nginx(ask, etc, tls)
    assert said.returncode != 0
    assert "sendfiel" in said.stderr


def _postgres(ask: Judge, etc: Path, names: list[str]) -> subprocess.CompletedProcess[str]:
    words = ["sh", "-c", READ_POSTGRES, "sh", *names]
    return ask("postgres", words, {etc / "stores/postgres": "/etc/postgresql"}, user="postgres")


def test_postgres_takes_the_plans_settings_without_a_word(ask: Judge, etc: Path) -> None:
    said = _postgres(ask, etc, ["shared_buffers"])
    assert said.returncode == 0, said.stderr
    assert said.stderr == ""
    planned = [f"{each['name']} = {each['value']}" for each in _plan(etc)["stores"]["postgres"]["settings"]]
    text = (etc / "stores/postgres/postgresql.conf").read_text(encoding="utf-8")
    assert [line.partition("  # ")[0] for line in text.splitlines() if not line.startswith("#")] == planned


@pytest.mark.parametrize("line", ["shared_bufers = 1MB", "work_mem = 1parsec", "jit = perhaps"])
def test_postgres_would_refuse_a_mistake(ask: Judge, etc: Path, line: str) -> None:
    path = etc / "stores/postgres/postgresql.conf"
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    said = _postgres(ask, etc, ["shared_buffers"])
    assert said.returncode != 0
    assert line.split(maxsplit=1)[0] in said.stderr


def _redis(ask: Judge, etc: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "redis_auth").write_text(f"requirepass {PASSWORD}\n", encoding="utf-8")
    mounts = {etc / "stores/redis": "/usr/local/etc/redis", secrets: "/run/secrets"}
    return ask("redis", ["sh", "-c", READ_REDIS, "sh", PASSWORD], mounts, user="redis")


def test_redis_runs_with_every_setting(ask: Judge, etc: Path, tmp_path: Path) -> None:
    said = _redis(ask, etc, tmp_path)
    assert said.returncode == 0, said.stdout + said.stderr
    live = json.loads(said.stdout)
    planned = {each["name"]: each["value"] for each in _plan(etc)["stores"]["redis"]["settings"]}
    # It keeps the old word for a replica.
    planned["client-output-buffer-limit"] = planned["client-output-buffer-limit"].replace("replica", "slave")
    assert {name: live.get(name) for name, value in planned.items() if not same_redis(value, live.get(name, ""))} == {}
    assert live["requirepass"] == PASSWORD


def test_redis_would_refuse_a_mistake(ask: Judge, etc: Path, tmp_path: Path) -> None:
    path = etc / "stores/redis/redis.conf"
    path.write_text(path.read_text(encoding="utf-8") + "maxmemoryy 1mb\n", encoding="utf-8")
    said = _redis(ask, etc, tmp_path)
    assert said.returncode != 0
    assert "maxmemoryy" in said.stdout


def _compose(directory: Path) -> subprocess.CompletedProcess[str]:
    words = ["docker-compose", "--file", "compose.yaml", "config", "--format", "json"]
    return subprocess.run(words, cwd=directory, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("part", ["stores", "app", "edge"])
def test_compose_reads_a_project_with_its_env_file_and_warns_of_nothing(etc: Path, part: str) -> None:
    files = _plan(etc)["secret_files"]
    names = [name for each in [*files["stores_env"], *files["app_env"]] for name in each.get("variables", {})]
    env = "".join(f"{name}={PASSWORD}-{name}\n" for name in names)
    (etc / part / ".env").write_text(env, encoding="utf-8")
    said = _compose(etc / part)
    assert said.returncode == 0, said.stderr
    assert said.stderr == ""
    read = json.loads(said.stdout)
    bytes_of = {row["who"]: row["each_bytes"] for row in _plan(etc)["budget"]["rows"]}
    bytes_of[SERVER] = _plan(etc)["backup"]["limit_bytes"]
    for name, service in read["services"].items():
        limits = service["deploy"]["resources"]["limits"]
        assert int(limits["memory"]) == bytes_of["edge" if part == "edge" else name]
    if part == "app":
        databases = [service["environment"].get("DATABASE_URL", "") for service in read["services"].values()]
        assert any(f":{PASSWORD}-POSTGRES_PASSWORD_" in url for url in databases)


def test_compose_would_refuse_a_mistake(etc: Path) -> None:
    path = etc / "app/compose.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("restart:", "restrat:"), encoding="utf-8")
    said = _compose(path.parent)
    assert said.returncode != 0
    assert "restrat" in said.stderr

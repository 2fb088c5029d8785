# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The golden files of the pooler before PgBouncer itself, which is started with them and asked what it runs with."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.golden.systems import HERE
from tests.judges.conftest import Judge

PASSWORD = 'made-up "word"'
POOLED = sorted(path.parents[4].name for path in HERE.glob("*/etc/holdfast/stores/pgbouncer/pgbouncer.ini"))
# There is no mode that only reads. Nothing is behind it: it must be well all the same, and know whom to let in.
ASK = """
pgbouncer /etc/pgbouncer/pgbouncer.ini > /tmp/log 2>&1 &
for _ in $(seq 100); do
  kill -0 $! || { cat /tmp/log; exit 1; }
  pg_isready -q -h /tmp -U pgbouncer -d pgbouncer && break
  sleep 0.1
done
cat /tmp/log >&2
for what in CONFIG DATABASES USERS; do
  psql -Xqw --csv -h /tmp -U pgbouncer -d pgbouncer -c "SHOW $what" || exit 1
  echo ---
done
export PGCONNECT_TIMEOUT=2
for word in "$2" "$2x"; do PGPASSWORD=$word psql -Xw -h 127.0.0.1 -d "$1" -U "$3" -c 'SELECT 1' 2>&1; echo ---; done
psql -Xw -h 127.0.0.1 -U pgbouncer -d pgbouncer -c 'SHOW VERSION' 2>&1
exit 0
"""


@pytest.fixture(params=POOLED)
def plan(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the golden plan of a system with a pool."""
    planned: dict[str, Any] = json.loads((HERE / f"{request.param}.plan.json").read_text(encoding="utf-8"))
    return planned


@pytest.fixture
def directory(request: pytest.FixtureRequest, plan: dict[str, Any], tmp_path: Path) -> Path:
    """Return what PgBouncer mounts: the golden file, and the planned list of roles with a made-up password."""
    made = tmp_path / "pgbouncer"
    shutil.copytree(HERE / request.node.callspec.params["plan"] / "etc/holdfast/stores/pgbouncer", made)
    (users,) = [each for each in plan["secret_files"]["stores_env"] if each["path"].endswith("/userlist.txt")]
    content = users["content"]
    for role in plan["stores"]["postgres"]["roles"]:
        content = content.replace(f"${{secret:{role['secret']}}}", PASSWORD.replace('"', '""'))
    (made / "userlist.txt").write_text(content, encoding="utf-8")
    made.chmod(0o755)
    return made


def _started(ask: Judge, directory: Path, plan: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    store = plan["stores"]["postgres"]
    words = [store["pooler"]["databases"][0], PASSWORD, store["roles"][0]["name"]]
    return ask("pgbouncer", ["sh", "-c", ASK, "sh", *words], {directory: "/etc/pgbouncer"}, user="70")


def test_pgbouncer_runs_with_every_setting(ask: Judge, directory: Path, plan: dict[str, Any]) -> None:
    said = _started(ask, directory, plan)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "WARNING" not in said.stderr
    tables = [list(csv.DictReader(text.strip().splitlines())) for text in said.stdout.split("---\n")[:3]]
    pooler = plan["stores"]["postgres"]["pooler"]
    live = {row["key"]: row["value"] for row in tables[0]}
    assert {each["name"]: live.get(each["name"]) for each in pooler["settings"]} == {
        each["name"]: each["value"] for each in pooler["settings"]
    }
    leads = {
        row["name"]: (row["host"], row["port"], row["database"]) for row in tables[1] if row["name"] != "pgbouncer"
    }
    assert leads == {name: (pooler["server"], "5432", name) for name in pooler["databases"]}
    roles = {role["name"] for role in plan["stores"]["postgres"]["roles"]}
    assert {row["name"] for row in tables[2]} == roles | {"pgbouncer"}


def test_pgbouncer_lets_in_who_is_planned_and_nobody_else(ask: Judge, directory: Path, plan: dict[str, Any]) -> None:
    right, wrong, console = _started(ask, directory, plan).stdout.split("---\n")[3:]
    # Past the password, it waits for the server that is not there.
    assert "authentication" not in right
    assert "timeout" in right
    assert "authentication failed" in wrong
    assert "no password supplied" in console


@pytest.mark.parametrize("line", ["pool_mode = sometimes", "max_client_conn = many", "max_cleint_conn = 1"])
def test_pgbouncer_would_refuse_a_mistake(ask: Judge, directory: Path, plan: dict[str, Any], line: str) -> None:
    path = directory / "pgbouncer.ini"
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    said = _started(ask, directory, plan)
    assert said.returncode != 0
    assert line.split(maxsplit=1)[0] in said.stdout

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The tables of what a running server takes, before the servers themselves."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan.reloadable import POSTGRES_RELOADS, REDIS_TAKES
from tests.judges.conftest import Judge

POSTGRES = """
initdb -D /tmp/data > /tmp/log && pg_ctl -D /tmp/data -o "-c listen_addresses= -k /tmp" -w start > /tmp/log || exit 1
psql -h /tmp -d postgres -XAtc "SELECT context IN ('postmaster', 'internal'), name FROM pg_settings"
"""
# Each is given the value that it has: OK, or that it cannot be set.
REDIS = """
redis-server --port 0 --unixsocket /tmp/redis.sock --dir /tmp > /tmp/log 2>&1 &
for _ in $(seq 100); do [ "$(redis-cli -s /tmp/redis.sock ping 2>&1)" = PONG ] && break; sleep 0.1; done
redis-cli -s /tmp/redis.sock CONFIG GET '*' | sed -n 'p;n' | sort | while read -r name; do
  value=$(redis-cli -s /tmp/redis.sock CONFIG GET "$name" < /dev/null | sed -n 2p)
  echo "$name $(redis-cli -s /tmp/redis.sock CONFIG SET "$name" "$value" < /dev/null 2>&1)"
done
"""


def test_postgres_agrees_on_every_setting_that_it_has(ask: Judge) -> None:
    told = ask("postgres", ["bash", "-c", POSTGRES], {}, user="postgres")
    assert told.returncode == 0, told.stderr
    rows = [line.split("|") for line in told.stdout.splitlines()]
    assert len(rows) > 300
    assert {name for fixed, name in rows if fixed == "f" and "." not in name} == POSTGRES_RELOADS


def test_redis_agrees_on_every_setting_that_it_has(ask: Judge) -> None:
    told = ask("redis", ["bash", "-c", REDIS], {}, user="redis")
    assert told.returncode == 0, told.stderr
    rows = [line.partition(" ")[::2] for line in told.stdout.splitlines()]
    assert len(rows) > 150
    assert {name for name, answer in rows if answer.strip() == "OK"} == REDIS_TAKES

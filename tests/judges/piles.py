# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""All golden files of a kind, each text once, laid out for a program that reads them in one container.

The scripts print a line a file, ``<name>TAB<what it says>``; REFUSED stands before what a program complains of.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.golden import systems, tiers

REFUSED = "REFUSED "
PASSWORD = "made-up"
SPOILED = "spoiled"
STARTED = """
complain() { printf '%s\\tREFUSED %s\\n' "$1" "$(tr '\\n' ' ' | tail -c 1500)"; }
"""
POSTGRES_QUERY = """
SELECT json_object_agg(name, json_build_array(setting, unit)) FROM pg_settings WHERE source = 'configuration file'
"""
# Started for real, once a file: what it runs with is read from itself. Nothing here has to survive a crash. Word: the
# query. It comes over TCP, for a session over a socket has no keep-alive.
POSTGRES = f"""{STARTED}
initdb -D /tmp/data > /tmp/log 2>&1 || {{ cat /tmp/log; exit 1; }}
for path in /files/*; do
  name=$(basename "$path")
  : > /tmp/log
  given="-c config_file=$path -c listen_addresses=127.0.0.1 -c unix_socket_directories=/tmp -c fsync=off"
  if ! pg_ctl -D /tmp/data -o "$given" -l /tmp/log -w -t 60 start > /tmp/said 2>&1; then
    cat /tmp/said /tmp/log | complain "$name"
    continue
  fi
  printf '%s\\t' "$name"
  psql -h 127.0.0.1 -d postgres -XAtc "$1" | tr -d '\\n'
  echo
  pg_ctl -D /tmp/data -m fast -w stop > /tmp/said 2>&1
done
"""
# Words: the server, its client. Without a port; the password comes from the file that the configuration includes.
REDIS = f"""{STARTED}
export REDISCLI_AUTH={PASSWORD} VALKEYCLI_AUTH={PASSWORD}
for path in /files/*; do
  name=$(basename "$path")
  mkdir "/tmp/$name"
  "$1" "$path" --port 0 --unixsocket /tmp/socket --dir "/tmp/$name" > /tmp/log 2>&1 &
  told=
  for _ in $(seq 200); do
    kill -0 $! 2> /tmp/none || break
    if [ "$("$2" -s /tmp/socket ping 2>&1)" = PONG ]; then
      told=$("$2" --json -s /tmp/socket CONFIG GET '*')
      break
    fi
    sleep 0.05
  done
  if [ -n "$told" ]; then printf '%s\\t%s\\n' "$name" "$told"; else complain "$name" < /tmp/log; fi
  kill -9 $! 2> /tmp/none
  wait $! 2> /tmp/none
  rm -rf /tmp/socket "/tmp/$name"
done
"""
# A pooler tells its settings to an administrator on its own console. The lines that let the judge in go to the end of
# the file, whose last section is the pooler's own: a second section of that name would begin anew with the defaults.
PGBOUNCER = f"""{STARTED}
for path in /files/*; do
  name=$(basename "$path")
  cat "$path" - > /tmp/pgbouncer.ini << 'END'
unix_socket_dir = /tmp
admin_users = judge
auth_type = any
END
  port=$(sed -n 's/^listen_port *= *\\([0-9]*\\).*/\\1/p' "$path")
  pgbouncer /tmp/pgbouncer.ini > /tmp/log 2>&1 &
  told=
  for _ in $(seq 200); do
    kill -0 $! 2> /tmp/none || break
    told=$(psql -h /tmp -p "${{port:-6432}}" -U judge -d pgbouncer -XAtc 'SHOW CONFIG' 2> /tmp/none) && break
    sleep 0.05
  done
  if [ -n "$told" ]; then
    printf '%s\\t%s\\n' "$name" "$(tr '\\n' ';' <<< "$told")"
  else
    complain "$name" < /tmp/log
  fi
  kill -9 $! 2> /tmp/none
  wait $! 2> /tmp/none
  rm -f /tmp/.s.PGSQL.* /tmp/pgbouncer.pid
done
"""
NGINX = f"""{STARTED}
for path in /files/*; do
  name=$(basename "$path")
  rm -rf /etc/edge && cp -r "$path" /etc/edge
  if ! nginx -t -c /etc/edge/nginx.conf > /tmp/log 2>&1 || grep -qF '[warn]' /tmp/log; then
    complain "$name" < /tmp/log
  else
    printf '%s\\tok\\n' "$name"
  fi
done
"""
COMPOSE = f"""{STARTED}
one() {{
  name=$(basename "$1")
  cd "$1"
  if docker-compose --file compose.yaml config --format json > "/tmp/$name" 2> "/tmp/$name.log" &&
    [ ! -s "/tmp/$name.log" ]; then
    printf '%s\\t%s\\n' "$name" "$(tr -d '\\n' < "/tmp/$name")" > "/tmp/$name.told"
  else
    complain "$name" < "/tmp/$name.log" > "/tmp/$name.told"
  fi
}}
export -f complain one
printf '%s\\0' /files/* | xargs -0 -n 1 -P 2 bash -c 'one "$0"'
cat /tmp/*.told
"""


def pile(ending: str, *, valkey: bool | None = None) -> dict[str, str]:
    """Return each different text among the files whose path ends so, by the name of the first system that has it.

    valkey: of the systems with Valkey alone, or of the others alone.
    """
    found = {path.split("/")[0]: text for path, text in systems.kept().items() if path.endswith(ending)}
    found |= {"+".join(path.split("/")[:2]): text for path, text in tiers.files().items() if path.endswith(ending)}
    first: dict[str, str] = {}
    for name, text in found.items():
        if valkey is None or name.endswith("-valkey") == valkey:
            first.setdefault(text, name)
    return {name: text for text, name in first.items()}


def lay(directory: Path, files: Mapping[str, str]) -> Path:
    """Write files by relative path into a directory that every user can read, and return it."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o755)
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


def answers(stdout: str) -> dict[str, str]:
    """Return what was said of each file."""
    parted = (line.partition("\t") for line in stdout.splitlines())
    return {name: said for name, tab, said in parted if tab}

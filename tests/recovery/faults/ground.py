# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The host on which faults are brought about: the whole stack, and three repositories, of each kind one.

Number 1 lies on the host itself, in memory of 2 GiB so that it can be full; 2 is SFTP, 3 is S3, both of the vault.
"""

from __future__ import annotations

import os
from typing import Any

from tests.lab import machines
from tests.lab.hosts import find
from tests.lab.shell import run, succeeds

from .. import stack, store, vault
from ..trial import play

# Another host than the usual one by the environment: an hour's fault needs one for itself.
HOST, STACK = find(os.environ.get("FAULTS_HOST", "demo-pydotorg")), stack.NAME
BUCKET = f"faults-{HOST.name}"
INVENTORY, KIT = stack.BUILD / BUCKET, stack.BUILD / f"{BUCKET}.kit"
LOCAL, REMOTE = "/var/backups/holdfast", f"{vault.sftp_path}/{BUCKET}"
STATE, CONFIG = "/var/lib/holdfast/backup", "/etc/holdfast/backup"
POSTGRES, SERVER = stack.POSTGRES, f"{stack.NAME}-stores-holdfast-backup-1"
VOLUME = f"/var/lib/docker/volumes/{stack.NAME}-stores_postgres/_data"
PSQL = f"docker exec -i {POSTGRES} psql -X -q -At -v ON_ERROR_STOP=1 -U {stack.SUPERUSER}"
SIZE = "2g"
# The numbers of those that lie elsewhere.
OTHERS = (2, 3)
# Where the segment's name is kept that has the last commit before the fault.
SEGMENT = "/root/segment"
# Ends a segment of the log that has something in it, and names it: an empty one is not ended, and nobody misses it. The
# server ends segments by itself, too, so that the one after a commit may be empty.
ENDS = "SELECT pg_walfile_name(pg_logical_emit_message(false, 'faults', 'x')), pg_switch_wal()"
# What scripts of faults know. keep: a file or directory is put aside as it is; back: all of them are as they were.
PRELUDE = f"""
CONFIG={CONFIG} STATE={STATE} POSTGRES={POSTGRES} SERVER={SERVER} VOLUME={VOLUME} REPOSITORY={LOCAL}
KEY=/etc/holdfast/secrets/BACKUP_KEY KEPT=/root/kept.tar SETTINGS=$CONFIG/server/pgbackrest.conf
ARCHIVE=$REPOSITORY/postgres/archive/main BACKUPS=$REPOSITORY/postgres/backup/main
sql() {{ {PSQL} -d postgres -c "$1" > /dev/null; }}
segment_ends() {{ sql "{ENDS}"; }}
keep() {{ tar -C / -rpf $KEPT "${{1#/}}"; }}
back() {{ tar -C / -xpf $KEPT; rm $KEPT; }}
flip() {{ python3 -c "f = open('$1', 'r+b'); f.seek($2); b = f.read(1); f.seek($2); f.write(bytes([b[0] ^ 1]))"; }}
segment() {{ ls $ARCHIVE/*/*/"$(cat {SEGMENT})"-*; }}
"""


def repositories() -> list[dict[str, Any]]:
    """Return the declaration of the three."""
    s3 = {"bucket": BUCKET, "endpoint": vault.S3_NAME, "region": vault.REGION, "path": "/shop", "style": "path"}
    keys = [vault.host_key(kind) for kind in ("ed25519", "ecdsa", "rsa")]
    sftp = {"host": vault.SFTP_NAME, "user": vault.sftp_user, "path": REMOTE, "host_keys": keys}
    return [{"local": {"path": LOCAL}}, {"sftp": sftp}, {"s3": {**s3, "ca": vault.ca_pem()}}]


def provision() -> None:
    """Have the stack serve on a fresh host, with empty repositories and a first backup in each."""
    machines.down(HOST)
    vault.up()
    vault.unblock(HOST)
    vault.free_disk()
    vault.clear_sftp(REMOTE)
    vault.make_bucket(BUCKET)
    machines.up([HOST])
    vault.resolve(HOST)
    on(f"mkdir -p {LOCAL}; mount -t tmpfs -o size={SIZE},mode=0755 backups {LOCAL}")
    secrets = {
        "BACKUP_2_SFTP_KEY": vault.sftp_private_key(),
        "BACKUP_3_S3_KEY": vault.access_key(),
        "BACKUP_3_S3_SECRET": vault.secret_key(),
    }
    stack.write(INVENTORY, HOST, stack.variables(repositories(), KIT, secrets))
    play(f"{BUCKET}.log", "site.yml", inventory=INVENTORY)
    sql("CREATE TABLE faults (n bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp())")


def renew() -> None:
    """Give a host that stands the program of this checkout."""
    on(f"{PRELUDE}test ! -e $KEPT || back")
    vault.unblock(HOST)
    play(f"{BUCKET}.log", "site.yml", "--tags", "backup", inventory=INVENTORY)


def serves() -> bool:
    """Tell whether the host stands, as provision() left it."""
    return succeeds(["docker", "exec", HOST.container, *PSQL.split(), "-d", stack.DATABASE, "-c", "TABLE faults"])


def on(script: str, timeout: float = 600) -> str:
    """Return what a script prints that runs on the host as root. Raises LabError."""
    return store.on(HOST, script, timeout=timeout).strip()


def sql(query: str, database: str = stack.DATABASE, server: str = POSTGRES) -> str:
    """Return what a query says. Raises LabError."""
    words = PSQL.replace(POSTGRES, server)
    return run(["docker", "exec", "-i", HOST.container, *words.split(), "-d", database, "-c", query]).strip()


def segment_ends() -> str:
    """End a segment of the log. Return its name; what was committed before is in it, or in a former one."""
    return sql(ENDS).partition("|")[0]

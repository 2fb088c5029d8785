# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A large database restored from its repository, beside a raw copy of the same bytes from the same machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.lab.hosts import Host
from tests.recovery import store
from tests.recovery.stack import NAME
from tests.recovery.trial import DESTROY
from tests.recovery.writer import sql

from .database import VOLUME, fill, grow, served, timed, written

KEY = "/root/bench_key"
SSH = (
    f"ssh -i {KEY} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
)
RAW = f"{store.DIRECTORY}/raw.tar"
COPY = "/var/lib/docker/bench-copy"
DATA = f"/var/lib/docker/volumes/{VOLUME}/_data"
FETCH = "holdfast-backup recover"
# Until the server has ended its recovery: it is healthy as soon as it can be read, long before it has replayed all.
REPLAY = "holdfast-backup replay"
REST = "holdfast-backup refill; holdfast-backup ready"


def _seconds(host: Host) -> dict[str, float]:
    """Return the seconds of a raw copy over SSH, of one on the host's own disk, and of a restore, by its parts."""
    # What is copied is what is restored: written out first, and nobody has it in memory more than the other.
    store.on(host, f"cat > {KEY} <<'END'\n{store.private_key().rstrip()}\nEND\nchmod 600 {KEY}")
    compose = "docker compose --project-directory /etc/holdfast/stores"
    store.on(
        host, f"{compose} stop; tar -C {DATA} -cf - . | {SSH} {store.USER}@{store.HOST.address} 'cat > {RAW}'", 3600
    )
    clean = f"rm -rf {COPY}; mkdir -p {COPY}; sync"
    store.on(host, clean)
    found = {"raw": timed(host, f"{SSH} {store.USER}@{store.HOST.address} 'cat {RAW}' | tar -C {COPY} -xf -; sync")}
    store.on(host, clean)
    found["local"] = timed(host, f"tar -C {DATA} -cf - . | tar -C {COPY} -xf -; sync")
    store.on(host, f"rm -rf {COPY}")
    store.on(store.HOST, f"rm -f {RAW}")
    store.on(host, f"{compose} up --detach --wait")
    store.on(host, DESTROY.format(name=NAME))
    found["fetch"] = timed(host, f"{FETCH}; sync")
    found["replay"] = timed(host, REPLAY)
    store.on(host, f"{compose} up --detach --wait; {REST}", 3600)
    return found


def measured(gib: float, log: float, say: Callable[[str], None]) -> dict[str, Any]:
    """Return the figures: bytes of the database, its repository and its log, and the seconds of each way.

    gib, log: how much is there before the backup, and how much comes after it.
    """
    with served() as host:
        say("provisioned")
        size = fill(host, gib)
        say(f"filled: {size / 1024**3:.2f} GiB")
        began = written(host)
        backup = timed(host, "holdfast-backup full")
        say(f"backed up in {backup:.0f} s")
        if log:
            grow(host, gib, log)
        rows = sql(host, "SELECT count(*) FROM filled")
        stored = int(store.on(store.HOST, f"du -sb {store.DIRECTORY}/{NAME}/postgres | cut -f 1"))
        replayed = written(host) - began
        seconds = _seconds(host)
        if sql(host, "SELECT count(*) FROM filled") != rows:
            raise ValueError("what came back is not what was there")
    restore = seconds["fetch"] + seconds["replay"]
    return {
        "database_bytes": size,
        "stored_bytes": stored,
        "log_bytes": replayed,
        "backup_seconds": round(backup, 1),
        **{f"{name}_seconds": round(value, 1) for name, value in seconds.items()},
        "restore_seconds": round(restore, 1),
        "ratio": round(restore / seconds["raw"], 2),
        "ratio_local": round(restore / seconds["local"], 2),
    }

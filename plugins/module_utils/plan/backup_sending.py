# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL's side of pgBackRest: how its log is sent to the server of the backups, and fetched while it recovers.

Each repository is sent to by a pgBackRest of its own. One for all would stop at the first segment that one of them does
not take, and those that work would get nothing more either: it looks no further ahead than its first error.

Source: the command reference of pgBackRest, "archive-push"; its source, src/command/archive/push/push.c.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.plan.backup import SERVER
from ansible_collections.holdfast.host.plugins.module_utils.plan.backup_config import INSIDE, stanza
from ansible_collections.holdfast.host.plugins.module_utils.plan.catalogue import ARCHIVE_SCRIPT, STANZA
from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_storage import SEGMENT
from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import Backup

SPOOL = "/var/spool/pgbackrest"
# In the server's memory: a server that was started anew has nothing of a former sender in its way.
LACKS = "/tmp/holdfast-lacks"  # noqa: S108
# For so long a repository that gives no answer may hold up PostgreSQL's archiver, which asks for one segment at a time.
# Together with the wait for an open segment it stays within what may be lost; what is sent meanwhile goes on behind it.
ANSWER_SECONDS = 10
SCRIPT = """\
#!/bin/sh
# Role: backup
#
# Send a finished file of PostgreSQL's log to every repository (archive_command).
#
# usage: sh archive.sh PATH, in the data directory
#
# PostgreSQL asks for the oldest file again until every repository has it, and for no other meanwhile. So where one
# fails, those that have this file are asked for the newest: with it pgBackRest sends all that lie between. What they
# leave is asked for again. Once more wait than the disk has room for, those that fail, and they alone, go without them.
# Which failed the last time is noted: asked without the limit first, one that gives no answer would be held for minutes
# by a pgBackRest that does not know of it.
set -u

path=$1
numbers='{numbers}'
most={most}
lacks={lacks}

send() {{
    number=$1
    shift
    pgbackrest --config="{inside}/send-$number.conf" --stanza={stanza} "$@"
}}

go_without() {{
    send "$1" --archive-push-queue-max="$((most * {segment}))" archive-push "$path"
}}

beyond() {{
    test "$(echo "$waiting" | wc -l)" -gt "$most"
}}

waiting=$(find "${{path%/*}}/archive_status" -name '*.ready' | LC_ALL=C sort)
started='' lack=''
for number in $numbers; do
    if [ -e "$lacks-$number" ] && beyond; then
        lack="$lack $number"
    else
        send "$number" archive-push "$path" &
        started="$started $number:$!"
    fi
done

have=''
for each in $started; do
    number=${{each%:*}}
    if wait "${{each#*:}}"; then
        have="$have $number"
        rm -f "$lacks-$number"
    else
        lack="$lack $number"
        touch "$lacks-$number"
    fi
done
test -n "$lack" || exit 0

newest=$(basename "$(echo "$waiting" | tail -n 1)" .ready)
for number in $have; do
    send "$number" archive-push "${{path%/*}}/$newest" &
done

left=
for number in $lack; do
    if ! beyond || ! go_without "$number"; then
        left="$left $number"
    fi
done
wait
test -n "$left" || exit 0
echo "not sent to repository$left: $path" >&2
exit 1
"""


def _reached(number: int) -> list[str]:
    return [
        f"repo{number}-host={SERVER}",
        f"repo{number}-host-type=tls",
        # It has them all, whatever this side is told of.
        f"repo{number}-host-config={INSIDE}/pgbackrest.conf",
        f"repo{number}-host-ca-file={INSIDE}/ca.crt",
        f"repo{number}-host-cert-file={INSIDE}/client.crt",
        f"repo{number}-host-key-file={INSIDE}/client.key",
    ]


def _written(lines: list[str], version: int) -> str:
    common = [
        "process-max=1",
        "log-level-console=warn",
        "log-level-stderr=warn",
        "log-level-file=off",
    ]
    return "\n".join(["[global]", *lines, *common, *stanza(version), ""])


def fetching(backup: Backup, version: int) -> str:
    """Return how the log comes back: from whichever repository has it. version: PostgreSQL's.

    One segment after the other: those that are fetched before they are asked for would lie in the spool, which is a
    small part of the server's memory. Where it is full, each is tried ahead in vain (0.35 s a segment for 0.1 s).
    """
    every = [line for number in range(1, len(backup.repositories) + 1) for line in _reached(number)]
    return _written(every, version)


def sending(number: int, version: int) -> str:
    """Return how the log goes to one repository. version: PostgreSQL's."""
    own = [
        "archive-async=y",
        f"spool-path={SPOOL}/{number}",
        f"lock-path=/tmp/pgbackrest-{number}",
        f"archive-timeout={ANSWER_SECONDS}",
        "compress-type=zst",
        "compress-level=3",
    ]
    return _written([*_reached(number), *own], version)


def files(backup: Backup, planned: Mapping[str, Any], version: int) -> dict[str, str]:
    """Return PostgreSQL's side, text by the file's name. planned: the plan's part. version: PostgreSQL's."""
    numbers = range(1, len(backup.repositories) + 1)
    words = {"inside": INSIDE, "stanza": STANZA, "numbers": " ".join(map(str, numbers))}
    words |= {"lacks": LACKS}
    words |= {"most": str(planned["queue_bytes"] // SEGMENT), "segment": str(SEGMENT)}
    return {
        "pgbackrest.conf": fetching(backup, version),
        ARCHIVE_SCRIPT.rpartition("/")[2]: SCRIPT.format(**words),
        **{f"send-{number}.conf": sending(number, version) for number in numbers},
    }

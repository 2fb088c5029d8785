# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The host itself: its server, disks, clock, timers, and what the program keeps."""

from __future__ import annotations

from .. import vault
from . import ground
from .row import Row

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
DROP_IN = "/run/systemd/system/holdfast-backup@.service.d"


def clock(by: str) -> str:
    """Return the script that gives the program a clock that is wrong by so much."""
    return (
        f"test -e {FAKETIME} || apt-get install -qy --no-install-recommends faketime > /dev/null\n"
        f"mkdir -p {DROP_IN}\n"
        f"printf '[Service]\\nEnvironment=LD_PRELOAD={FAKETIME} FAKETIME={by} FAKETIME_DONT_FAKE_MONOTONIC=1\\n'"
        f" > {DROP_IN}/clock.conf; systemctl daemon-reload"
    )


RIGHT = f"rm -r {DROP_IN}; systemctl daemon-reload"
ANOTHER = (
    "docker stop $POSTGRES; mv $VOLUME/18 /root/former\n"
    "docker start $POSTGRES; until docker exec $POSTGRES pg_isready -q -h 127.0.0.1; do sleep 0.5; done"
)
FORMER = "docker stop $POSTGRES; rm -rf $VOLUME/18; mv /root/former $VOLUME/18; docker start $POSTGRES"
# The volume is in memory for as long, on a file system that is full but for a MiB.
SMALL = """
docker stop $POSTGRES $SERVER > /dev/null
mkdir -p /root/data; mount -t tmpfs -o size=2g data /root/data; cp -a $VOLUME/. /root/data/
mount --bind /root/data $VOLUME
docker start $SERVER $POSTGRES > /dev/null; until docker exec $POSTGRES pg_isready -q; do sleep 0.5; done
sql 'CREATE TABLE filled (n int)'
mount -o remount,size=$(($(df --output=used -B1 /root/data | tail -1) + 1048576)) /root/data
if head -c 2M /dev/zero > /root/data/full 2> /dev/null; then echo "/root/data has room left" >&2; exit 1; fi
if sql 'INSERT INTO filled SELECT generate_series(1, 500000)' 2> /dev/null; then echo "it was written" >&2; exit 1; fi
"""
LARGE = """
docker stop $POSTGRES $SERVER > /dev/null; rm -f /root/data/full; umount $VOLUME
rm -rf $VOLUME/18; cp -a /root/data/. $VOLUME/; umount /root/data
docker start $SERVER $POSTGRES > /dev/null; until docker exec $POSTGRES pg_isready -q; do sleep 0.5; done
sql 'DROP TABLE IF EXISTS filled'
"""

ROWS = (
    Row(
        name="server-down",
        what="PostgreSQL does not run",
        bring="docker kill $POSTGRES",
        undo="docker start $POSTGRES",
        tells=r"backup\.server: ",
    ),
    Row(
        name="server-of-backups-down",
        what="the container that reaches the repositories does not run",
        bring="docker stop $SERVER",
        undo="docker start $SERVER",
        tells=r"backup\.server: .*holdfast-backup",
    ),
    Row(
        name="archiving-off",
        what="somebody has the log thrown away (archive_command)",
        bring="sql \"ALTER SYSTEM SET archive_command = '/bin/true'\"; sql 'SELECT pg_reload_conf()'; sleep 1\n"
        "segment_ends; sleep 2",
        undo="sql 'ALTER SYSTEM RESET archive_command'; sql 'SELECT pg_reload_conf()'",
        tells=r"repository\[1\]\.log: 0000",
        heal=("full",),
    ),
    Row(
        name="certificate",
        what="PostgreSQL's certificate for the server of backups is another",
        bring="keep $CONFIG/client; cd $CONFIG/client\n"
        "openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key"
        " -out client.crt -subj /CN=stranger 2> /dev/null\n"
        "chown 999:999 client.*; segment_ends",
        undo="back",
        tells=r"backup\.archiver: ",
        patience=150,
    ),
    Row(
        name="full-repository",
        what="the disk of a repository is full, on the host",
        bring="mount -o remount,size=$(($(df --output=used -B1 $REPOSITORY | tail -1) + 4096)) $REPOSITORY\n"
        "head -c 4096 /dev/zero > $REPOSITORY/full\n"
        "segment_ends",
        undo=f"mount -o remount,size={ground.SIZE} $REPOSITORY; rm $REPOSITORY/full",
        works=("truth", "full"),
        patience=150,
        others=(2, 3),
        tells=r"backup\.archiver: |[Nn]o space",
    ),
    Row(
        name="full-sftp",
        what="the disk of a repository is full, over SFTP",
        bring=vault.fill_disk,
        undo=vault.free_disk,
        works=("truth", "full"),
        others=(1, 3),
        tells=r"backup\.archiver: |holdfast-backup: full: repository 2",
        heal=("full",),
    ),
    Row(
        name="clock-back",
        what="the clock goes back by two days",
        bring=clock("-2d"),
        undo=RIGHT,
        tells=r"backup\.clock: ",
        stand_in="libfaketime, for the program alone: the lab's clock is its machine's",
    ),
    Row(
        name="clock-ahead",
        what="the clock goes ahead by two days",
        bring=clock("+2d"),
        undo=RIGHT,
        tells=r"\.full: 4[0-9.]+ h old|backup\.\w+\.last: ",
        stand_in="libfaketime, for the program alone: the lab's clock is its machine's",
    ),
    Row(
        name="timer-off",
        what="a timer does not run any more",
        bring="systemctl disable --now holdfast-backup-full.timer 2> /dev/null",
        undo="systemctl enable --now holdfast-backup-full.timer 2> /dev/null",
        works=("truth", "verify"),
        tells=r"holdfast-backup-full\.timer.*does not run",
    ),
    Row(
        name="state-damaged",
        what="what the program remembers is damaged (state.json)",
        bring="keep $STATE/state.json; truncate -s 40 $STATE/state.json",
        undo="back",
        tells=r"backup\.state: ",
    ),
    Row(
        name="settings-damaged",
        what="what the program is told is damaged (backup.json)",
        bring="keep $CONFIG/backup.json; truncate -s 40 $CONFIG/backup.json",
        undo="back",
        tells=r"holdfast-backup: truth: .*backup\.json",
    ),
    Row(
        name="engine-down",
        what="the engine does not run",
        bring="systemctl stop docker.socket docker",
        undo="systemctl start docker; until docker exec $POSTGRES pg_isready -q; do sleep 1; done",
        tells=r"[Dd]ependency|docker|backup\.server",
    ),
    Row(
        name="another-cluster",
        what="PostgreSQL was made anew underneath, or upgraded: another cluster in the same volume",
        bring=ANOTHER,
        undo=FORMER,
        tells=r"backup\.archiver: |backup\.server: |another cluster|database system",
        patience=200,
    ),
    Row(
        name="full-data",
        what="PostgreSQL's disk is full",
        bring=SMALL,
        undo=LARGE,
        tells=r"backup\.disk: |backup\.server: |backup\.archiver: ",
        patience=120,
    ),
)

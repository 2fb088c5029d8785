# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is stored is damaged or lost."""

from __future__ import annotations

from . import ground, places
from .row import Row

# The newest full backup, and a byte in the middle of a file.
FULL = "full=$(ls -d $BACKUPS/*F | tail -1)\n"
MIDDLE = '$(($(stat -c %s "$file") / 2))'
FLIP = f'keep "$file"; flip "$file" {MIDDLE}\n'
LOG = ("truth", "readable")
LOCAL_READ = r"repository 1 .*(checksum|invalid|error|mismatch|decrypt|missing)"


def _lost_everywhere() -> None:
    name = places.segment()
    ground.on(f"{ground.PRELUDE}file=$(segment); keep $file; rm $file")
    places.sftp(f"file=$(ls postgres/archive/main/*/*/{name}-*); tar -rpf /root/kept.tar $file; rm $file")
    places.take(places.keys(places.ARCHIVE, name))


def _back_everywhere() -> None:
    ground.on(f"{ground.PRELUDE}back")
    places.sftp("tar -xpf /root/kept.tar; rm /root/kept.tar")
    places.give_back()


def _flipped_everywhere() -> None:
    name = places.segment()
    ground.on(f"{ground.PRELUDE}file=$(segment)\n{FLIP}")
    places.sftp(
        f"file=$(ls postgres/archive/main/*/*/{name}-*); tar -rpf /root/kept.tar $file; "
        "printf '\\377\\000\\377' | dd of=$file bs=1 seek=$(($(stat -c %s $file) / 2)) conv=notrunc 2> /dev/null"
    )
    places.flip(places.keys(places.ARCHIVE, name))


def _whole_everywhere() -> None:
    ground.on(f"{ground.PRELUDE}back")
    places.sftp("tar -xpf /root/kept.tar; rm /root/kept.tar")
    places.flip(places.keys(places.ARCHIVE, places.segment()))


ROWS = (
    Row(
        name="flipped-backup",
        what="a byte of a full backup is another, on a disk",
        bring=f"{FULL}file=$full/bundle/1\n{FLIP}",
        undo="back",
        works=LOG,
        tells=LOCAL_READ,
        heal=("readable",),
    ),
    Row(
        name="flipped-backup-s3",
        what="a byte of a full backup is another, in S3",
        bring=lambda: places.flip(places.keys(f"{places.BACKUPS}{places.label()}/bundle/1")),
        undo=lambda: places.flip(places.keys(f"{places.BACKUPS}{places.label()}/bundle/1")),
        works=LOG,
        tells=r"repository 3 .*(checksum|invalid|error|mismatch|decrypt)",
        heal=("readable",),
    ),
    Row(
        name="flipped-segment",
        what="a byte of the log's newest segment is another, in one repository",
        bring=f"file=$(segment)\n{FLIP}",
        undo="back",
        works=LOG,
        tells=LOCAL_READ,
        heal=("readable",),
    ),
    Row(
        name="flipped-segment-everywhere",
        what="a byte of the log's newest segment is another, in every repository",
        bring=_flipped_everywhere,
        undo=_whole_everywhere,
        works=LOG,
        tells=LOCAL_READ,
        heal=("readable",),
    ),
    Row(
        name="lost-segment",
        what="the log's newest segment is lost, in one repository",
        bring="file=$(segment); keep $file; rm $file",
        undo="back",
        tells=r"repository\[1\].log: 0000",
    ),
    Row(
        name="lost-segment-everywhere",
        what="the log's newest segment is lost, in every repository",
        bring=_lost_everywhere,
        undo=_back_everywhere,
        tells=r"repository\[1\].log: 0000",
    ),
    Row(
        name="lost-segment-of-backup",
        what="a segment is lost that a full backup needs",
        bring=f"{FULL}first=$(ls $ARCHIVE/*/*/*.backup | tail -1 | xargs basename | cut -c1-24)\n"
        "file=$(ls $ARCHIVE/*/*/$first-*); keep $file; rm $file",
        undo="back",
        tells=r"repository\[1\].log: 0000",
    ),
    Row(
        name="truncated-manifest",
        what="the list of a backup's files is cut off (backup.manifest)",
        bring=f"{FULL}for file in $full/backup.manifest $full/backup.manifest.copy; do keep $file; "
        "truncate -s 1000 $file; done",
        undo="back",
        works=LOG,
        tells=LOCAL_READ,
        heal=("readable",),
    ),
    Row(
        name="truncated-info",
        what="the list of all backups is cut off (backup.info)",
        bring="for file in $BACKUPS/backup.info $BACKUPS/backup.info.copy; do keep $file; truncate -s 100 $file; done",
        undo="back",
        tells=r"repository\[1\]",
    ),
    Row(
        name="lost-backup",
        what="a backup is lost that the list of all still has",
        bring=f"{FULL}keep $full; rm -r $full",
        undo="back",
        works=LOG,
        tells=r"repository\[1\]\.backups: 2",
        heal=("readable",),
    ),
    Row(
        name="lost-archive-info",
        what="what says whose log it is, is lost (archive.info)",
        bring="for file in $ARCHIVE/archive.info $ARCHIVE/archive.info.copy; do keep $file; rm $file; done",
        undo="back",
        others=(2, 3),
        tells=r"repository\[1\]",
    ),
    Row(
        name="lost-place",
        what="the disk of the repository is not mounted",
        bring="docker stop $SERVER; mkdir -p /root/empty; mount --bind /root/empty $REPOSITORY; docker start $SERVER",
        undo="docker stop $SERVER; umount $REPOSITORY; docker start $SERVER",
        works=("truth", "files"),
        tells=r"repository\[1\]|repository 1 .* is gone",
        heal=("files",),
    ),
    Row(
        name="flipped-pack",
        what="a byte of the copied files is another (restic)",
        bring=f"file=$(find $REPOSITORY/files/data -type f -size +1k | head -1)\n{FLIP}",
        undo="back",
        works=("truth", "files", "readable"),
        tells=r"repository 1: ",
        heal=("readable",),
    ),
    Row(
        name="lost-pack",
        what="a file of the copied files is lost (restic)",
        bring="file=$(find $REPOSITORY/files/data -type f | head -1); keep $file; rm $file",
        undo="back",
        works=("truth", "files", "readable"),
        tells=r"repository 1: |repository 1 ",
        heal=("readable",),
    ),
    Row(
        name="timeline-switch",
        what="PostgreSQL goes on along a new timeline, and no backup follows",
        bring="sql \"ALTER SYSTEM SET restore_command = '/bin/false'\"\n"
        "touch $VOLUME/18/docker/recovery.signal; chown 999:999 $VOLUME/18/docker/recovery.signal\n"
        "docker restart $POSTGRES; until docker exec $POSTGRES pg_isready -q; do sleep 0.5; done\n"
        "segment_ends; sleep 5",
        undo="sql 'ALTER SYSTEM RESET restore_command'; sql 'SELECT pg_reload_conf()'",
        tells=r"repository\[1\]",
        harmless=True,
    ),
    Row(
        name="lost-history",
        what="where a timeline begins is lost (its .history)",
        bring="file=$(ls $ARCHIVE/*/*.history | tail -1); keep $file; rm $file",
        undo="back",
        tells=r"repository\[1\]\.log: .*\.history",
    ),
)

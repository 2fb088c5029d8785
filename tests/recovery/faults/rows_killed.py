# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Work that is killed half way, that meets other work, or that cannot start."""

from __future__ import annotations

from collections.abc import Callable

from tests.lab.shell import scaled, wait_until

from . import ground
from .row import Row

START_SECONDS = 120
NOTHING = "true"
COPY = f"{ground.STACK}-drill"
FETCHES = "docker ps -q --filter label=org.holdfast.fetches | grep -q ."
DROP_IN = "/run/systemd/system/holdfast-backup@.service.d"


def _there(sign: str) -> bool:
    return ground.on(f"{ground.PRELUDE}if {sign}; then echo there; fi") == "there"


def killed(work: str, sign: str) -> Callable[[], None]:
    """Return what starts a unit and kills its program, and nothing else, as soon as something is so on the host."""

    def bring() -> None:
        unit = f"holdfast-backup@{work}"
        ground.on(f"systemctl start --no-block {unit}")
        wait_until(f"{unit}: {sign}", lambda: _there(sign), seconds=scaled(START_SECONDS), every=0.05)
        ground.on(f"systemctl kill --signal KILL --kill-whom main {unit}")

    return bring


def killed_by_hand(words: str, sign: str) -> Callable[[], None]:
    """Return what does the same to a program that an administrator started."""

    def bring() -> None:
        ground.on(f"holdfast-backup {words} > /dev/null 2>&1 & echo $! > /root/pid")
        wait_until(f"{words}: {sign}", lambda: _there(sign), seconds=scaled(START_SECONDS), every=0.05)
        ground.on("kill -KILL $(cat /root/pid)")

    return bring


def runs(words: str) -> str:
    """Return the sign that pgBackRest does something in its container."""
    return f"docker top $SERVER | grep -q 'pgbackrest.*{words}'"


ROWS = (
    Row(
        name="killed-backup",
        what="a full backup is killed",
        bring=killed("full", runs("type=full backup")),
        undo=NOTHING,
        tells=r"backup\.full: it was killed",
    ),
    Row(
        name="killed-server-of-backups",
        what="the container that makes the backups is killed within one",
        bring="systemctl start --no-block holdfast-backup@full\n"
        f"until {runs('type=full backup')}; do sleep 0.05; done\ndocker kill $SERVER\n"
        'until test "$(systemctl show -P ActiveState holdfast-backup@full)" != activating; do sleep 0.2; done',
        undo="docker start $SERVER",
        tells=r"backup\.full: |backup.server: ",
    ),
    Row(
        name="killed-expire",
        what="what removes old backups is killed (expire)",
        bring="docker exec -d $SERVER sh -c 'pgbackrest --stanza=main --repo=1 expire & sleep 0.02; kill -KILL $!'",
        undo=NOTHING,
        tells=r"backup\.",
        harmless=True,
    ),
    Row(
        name="killed-restore",
        what="a restore in place is killed",
        bring=killed_by_hand(
            f"restore --to latest --confirm {ground.STACK}",
            FETCHES,
        ),
        undo=f"holdfast-backup restore --to latest --confirm {ground.STACK}",
        tells=r"backup\.restore: it was killed|backup\.server: ",
        restore=("--to", "latest", "--confirm", ground.STACK),
        heal=("full",),
    ),
    Row(
        name="killed-drill",
        what="a drill is killed",
        bring=killed("drill", f"docker ps -q --filter name={COPY} | grep -q ."),
        undo=NOTHING,
        tells=r"backup\.drill: it was killed",
        heal=("drill",),
    ),
    Row(
        name="killed-files",
        what="a copy of files is killed",
        bring=killed("files", "pgrep -x restic > /dev/null"),
        undo=NOTHING,
        tells=r"backup\.files: it was killed",
        heal=("files",),
    ),
    Row(
        name="killed-dumps",
        what="an export is killed",
        bring=killed("dumps", "pgrep -x restic > /dev/null"),
        undo=NOTHING,
        tells=r"backup\.dumps: it was killed",
        heal=("dumps",),
    ),
    Row(
        name="drill-without-image",
        what="a drill cannot start: its image is gone",
        bring='keep $CONFIG/backup.json; sed -i -E \'s#("image": "[^"]+)"#\\1-gone"#\' $CONFIG/backup.json',
        undo="back",
        works=("drill",),
        tells=r"holdfast-backup: drill: .*-gone",
        heal=("drill",),
    ),
    Row(
        name="drill-without-room",
        what="a drill cannot start: no room is left where its copy would lie",
        bring="mkdir -p /root/small /root/shim; mount -t tmpfs -o size=8m small /root/small\n"
        'printf \'#!/bin/sh\\ncase "$*" in *DockerRootDir*) echo /root/small;; *) exec /usr/bin/docker "$@";; esac\\n\''
        " > /root/shim/docker; chmod 755 /root/shim/docker\n"
        f"mkdir -p {DROP_IN}\n"
        "printf '[Service]\\nEnvironment=PATH=/root/shim:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin\\n'"
        f" > {DROP_IN}/shim.conf; systemctl daemon-reload",
        undo=f"umount /root/small; rm -r /root/shim {DROP_IN}; systemctl daemon-reload",
        works=("drill",),
        tells=r"holdfast-backup: drill: .* bytes at /root/small",
        heal=("drill",),
        stand_in="a file system of 8 MiB that is said to be the engine's",
    ),
    Row(
        name="two-backups",
        what="two backups at once: by the program, and by hand with pgBackRest",
        # It waits for a checkpoint that nobody hurries, until this one is.
        bring="docker exec -d $SERVER pgbackrest --stanza=main --repo=1 --type=full --no-start-fast backup\n"
        f"until {runs('type=full')}; do sleep 0.02; done",
        undo=f"sql CHECKPOINT; while {runs('type=full')}; do sleep 0.2; done",
        works=("full",),
        tells=r"holdfast-backup: full: .*lock",
        heal=("full",),
    ),
)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One fault from before to after: brought about, told, restored past, undone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR
from tests.lab.shell import LabError, run, scaled, wait_until

from .. import stack
from . import ground, places
from .row import PLAIN, Act, Row

BESIDE = f"{stack.NAME}-beside"
MOST_WORDS = 300
# A repository that does not answer is waited for; and a full backup to three places takes its time.
WORK_SECONDS, SOUND_SECONDS = 900, 300
# Of the promised minute: what an open segment does not wait for.
PROMISED_SECONDS = 15
# What a run with nothing else wrong may still say: a work that is done again ends it.
AGAIN = re.compile(r"backup\.(full|incr|files|dumps|drill|readable|restore)")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody said of a fault. by: which work, and where it stands."""

    by: str
    where: str
    text: str


def act(what: Act) -> None:
    """Do it. Raises LabError."""
    if isinstance(what, str):
        ground.on(ground.PRELUDE + what)
    else:
        what()


def findings(*levels: str) -> list[str]:
    """Return what the truth tells, as lines; of some levels alone."""
    told = json.loads(ground.on(f"cat {ground.STATE}/truth.json"))
    return [f"{each['path']}: {each['value']}" for each in told["findings"] if not levels or each["level"] in levels]


def work(name: str) -> str:
    """Have a unit do its work, and return what its journal has of it. Its failure is no error here."""
    unit = f"holdfast-backup@{name}"
    since = ground.on("date +%s.%N")
    # One that runs already is joined: what was asked for is a run that has begun by now.
    wait_until(unit, lambda: state(unit) != "activating", seconds=scaled(WORK_SECONDS))
    # One that cannot begin, for want of what it depends on, has failed as much as one that did.
    failed = ground.on(f"if ! systemctl start {unit}; then echo failed; fi", timeout=scaled(WORK_SECONDS)) == "failed"
    said = ground.on(f"journalctl --sync; journalctl -q -o cat -u {unit} --since @{since}")
    return said if failed or name == "truth" else ""


def state(unit: str) -> str:
    """Return a unit's state."""
    return ground.on(f"systemctl show --property ActiveState --value {unit}")


def verify() -> str:
    """Return what the playbook says that compares the plan with the host."""
    words = ["ansible-playbook", "holdfast.host.verify", "-i", str(ground.INVENTORY), "-e", "preflight_show=false"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=scaled(WORK_SECONDS))
    return done.stdout + done.stderr


def told(row: Row, known: Sequence[str]) -> Iterator[Said]:
    """Have each work look, and yield what it says of the fault. known: findings from before it, which say nothing."""
    for name in row.works:
        text = news(verify() if name == "verify" else work(name), known)
        places = [("verify" if name == "verify" else f"journal of holdfast-backup@{name}", text)]
        if name == "truth":
            places.insert(0, ("findings of verify", news("\n".join(findings()), known)))
        for where, lines in places:
            # A line of its own, or what a program said in several.
            whole = " ".join(lines.split())
            found = next((each for each in (*lines.splitlines(), whole) if re.search(row.tells, each)), None)
            if found is not None:
                match = re.search(row.tells, found)
                at = match.start() if match and found == whole else 0
                yield Said(by=name, where=where, text=" ".join(found[at:].split())[:MOST_WORDS])
                break


def news(text: str, known: Sequence[str]) -> str:
    """Return the lines of a text that repeat no finding that was there before."""
    return "\n".join(line for line in text.splitlines() if not any(each in line for each in known))


def noticed(row: Row, known: Sequence[str]) -> tuple[Said | None, float]:
    """Return who told first, and after how many seconds; nobody where it stays silent."""
    began = time.monotonic()
    while True:
        said = next(told(row, known), None)
        seconds = time.monotonic() - began
        if said is not None or seconds > scaled(row.patience):
            return said, seconds


def commit(number: int) -> str:
    """Commit a row, have it archived, and return its segment."""
    ground.sql(f"INSERT INTO faults (n) VALUES ({number})")  # noqa: S608 - a number.
    segment = ground.segment_ends()
    newest = "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver"
    wait_until("the log", lambda: ground.sql(newest)[8:] >= segment[8:], seconds=scaled(90))
    return segment


def meanwhile(row: Row, number: int) -> float | None:
    """Commit a row while a fault lasts. Return the seconds until the others have it, None if not in time."""
    if not row.others:
        return None
    ground.sql(f"INSERT INTO faults (n) VALUES ({number})")  # noqa: S608 - a number.
    segment = ground.segment_ends()
    began = time.monotonic()
    try:
        wait_until(
            f"{segment} elsewhere", lambda: all(places.has(each, segment) for each in row.others),
            seconds=scaled(PROMISED_SECONDS), every=0.2,
        )  # fmt: skip
    except LabError:
        return None
    return round(time.monotonic() - began, 1)


def restored(words: Sequence[str], number: int) -> dict[str, Any]:
    """Try to restore. Return whether the last commit came, and what was said where it did not."""
    command = ["docker", "exec", ground.HOST.container, "holdfast-backup", "restore", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=scaled(WORK_SECONDS))
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        return {"restored": False, "refused": " ".join(" ".join(lines[-3:]).split())[-MOST_WORDS:]}
    if "--beside" not in words:
        return {"restored": last_row(ground.POSTGRES) >= number}
    try:
        return {"restored": last_row(BESIDE) >= number}
    finally:
        run(["docker", "exec", ground.HOST.container, "holdfast-backup", "beside-remove"])


def last_row(server: str) -> int:
    """Return the number of the last commit that a server has."""
    return int(ground.sql("SELECT coalesce(max(n), 0) FROM faults", server=server))


def tried(words: Sequence[str], number: int) -> dict[str, Any]:
    """Restore as the program chooses, and where it is refused from each of the other repositories by its number."""
    first = restored(words, number)
    for other in () if first["restored"] else ground.OTHERS:
        if restored([*words, "--repository", str(other)], number)["restored"]:
            return {**first, "restored": True, "from": other}
    return first


def sound(*heal: str) -> None:
    """Wait until nothing is told that can be mended; work that failed is done again. heal: work done first.

    Raises LabError.
    """
    for name in heal:
        work(name)

    def quiet() -> bool:
        work("truth")
        left = findings(ERROR)
        for name in {match[1] for each in left if (match := AGAIN.match(each))}:
            if name == "restore":
                restored(PLAIN, 0)
            else:
                work(name)
        return not left

    wait_until("a sound host", quiet, seconds=scaled(SOUND_SECONDS), every=2)


def watch(row: Row) -> dict[str, Any]:
    """Bring a fault about and return what came of it. The host is sound before, and after. Raises LabError."""
    sound()
    number = 1 + int(ground.sql("SELECT coalesce(max(n), 0) FROM faults"))
    ground.on(f"echo {commit(number)} > {ground.SEGMENT}")
    known = findings()
    try:
        act(row.bring)
        said, seconds = noticed(row, known)
        went = meanwhile(row, number + 1)
        during = tried(row.restore, number)
    finally:
        act(row.undo)
    sound(*row.heal)
    after = during if during["restored"] else restored(row.restore, number)
    whole = said is None and row.harmless and during["restored"]
    return {
        "what": row.what, "harmless": whole, "silent": said is None and not whole,
        "by": said.by if said else "", "where": said.where if said else "", "said": said.text if said else "",
        "seconds": round(seconds, 1), "during": during, "after": after, "stand_in": row.stand_in,
        "others": list(row.others), "meanwhile": went,
        "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip

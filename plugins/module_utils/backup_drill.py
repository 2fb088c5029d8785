# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The drill: what a repository holds is restored beside the cluster and judged, twice in each drill.

First to the very state in which one database was read, by its position in the log: every row must be there, and no
other. This is also the restore whose time is told, and whose log had to arrive at every repository first. Then to a
random second of the window, from which nobody has kept what it was: there PostgreSQL must have reached that second, and
structure and assertions are judged. Both in one, because each proves what the other cannot, and because the second one
costs no more than its fetch. Database, repository and second are chosen anew each time.

Sources: the PostgreSQL manual, "Recovery Target", "pg_amcheck".
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from ansible_collections.holdfast.host.plugins.module_utils import (
    backup_beside,
    backup_choice,
    backup_content,
    backup_info,
    backup_postgres,
    backup_survey,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_beside import Copy
from ansible_collections.holdfast.host.plugins.module_utils.backup_content import State
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import STANZA, Engine, FailedError, checked
from ansible_collections.holdfast.host.plugins.module_utils.backup_restore import Target
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.backup_survey import Known

_NAMED = re.compile(r"([A-Za-z_][\w-]*):\s*(.*)", re.DOTALL)
# Beyond what was promised: a drill tells how long it took, and does not end at the promise.
PATIENCE, LEAST_PATIENCE_SECONDS = 2, 120


@dataclass(frozen=True, kw_only=True)
class Drill:
    """What a drill found and measured. wrong: in words. rpo: seconds from a commit until every repository had it.

    fetched, replayed: seconds of the first restore. second: the random one, empty where the window has just begun.
    """

    state: State
    repository: int
    rpo: float
    fetched: float
    replayed: float
    second: str
    wrong: tuple[str, ...]

    def figures(self) -> dict[str, float]:
        """Return what was measured, by names of metrics."""
        return {
            "rto_seconds": round(self.fetched + self.replayed, 3),
            "fetch_seconds": round(self.fetched, 3),
            "replay_seconds": round(self.replayed, 3),
            "rpo_seconds": round(self.rpo, 3),
            "compared_tables": len(self.state.tables),
            "skipped_tables": len(self.state.larger),
        }

    def text(self) -> str:
        """Return it as a line for people."""
        larger = f" ({len(self.state.larger)} larger ones were not compared)" if self.state.larger else ""
        past = f"and to {self.second}" if self.second else "no second of the past was tried: the window has just begun"
        return (
            f"{len(self.state.tables)} tables of {self.state.database} are as they were{larger}; a commit was in every "
            f"repository after {self.rpo:.1f} s; restored from repository {self.repository} in "
            f"{self.fetched + self.replayed:.1f} s (fetched {self.fetched:.1f}, replayed {self.replayed:.1f}) {past}"
        )


def damage(engine: Engine, copy: Copy) -> list[str]:
    """Return what is wrong with tables and indexes of a copy, as pg_amcheck says it; every page is read for it."""
    words = ["pg_amcheck", "-U", engine.postgres.superuser, "--all", "--install-missing", "--heapallindexed"]
    result = engine.run(["docker", "exec", copy.container, *words], "")
    return [f"the restored copy is damaged: {result.message()}"] if result.status else []


def asked_of(assertion: str, first: str) -> tuple[str, str]:
    """Return the database of an assertion, and its query."""
    named = _NAMED.fullmatch(assertion.strip())
    return (named[1], named[2]) if named else (first, assertion)


def unfulfilled(settings: Settings, copy: Copy) -> Iterator[str]:
    """Yield the assertions that do not hold in a copy, with what it says instead."""
    first = copy.engine.postgres.databases[0].name
    for each in settings.assertions:
        database, query = asked_of(each, first)
        try:
            said = copy.sql(query, database)
        except FailedError as problem:
            said = str(problem)
        if said != "t":
            yield f"assertion {each!r}: {said or 'nothing'}, and not true"


def second_of(one: Known, now: float, chosen: random.Random) -> str:
    """Return a random second that a repository can reach, UTC; empty where there is none yet.

    After a restore in place it lies on the timeline that goes on: what was left behind ends nobody knows when.
    """
    if one.since is None:
        return ""
    first, last = int(max(one.since, one.lines[-1].begun)) + 1, int(now) - 1
    if first > last:
        return ""
    return datetime.fromtimestamp(chosen.randint(first, last), tz=timezone.utc).strftime("%Y-%m-%d %H:%M:%S+00:00")


def arrive(engine: Engine, stanzas: Sequence[Known]) -> float:
    """Write a commit and wait until every repository holds it. Return the seconds. Raises FailedError.

    Nothing hurries the log: it is what a host's loss would take at this moment. The commit lies behind all that was
    looked at before, so that recovery finds an end there.
    """
    began = engine.clock()
    engine.sql("SELECT pg_current_xact_id()")
    segment = engine.sql("SELECT pg_walfile_name(pg_current_wal_insert_lsn() - 1)")
    left = {each.stanza.repository: each.stanza.archive for each in stanzas}

    def look() -> bool:
        for number, archive in list(left.items()):
            place = f"archive/{STANZA}/{archive}/{segment[:16]}"
            words = [f"--repo={number}", "--output=json", f"--filter={segment}", "repo-ls", place]
            said = checked(engine.pgbackrest(*words), f"repository {number}").out
            if backup_info.position(segment) in backup_info.segments(json.loads(said)):
                del left[number]
        return not left

    seconds = max(LEAST_PATIENCE_SECONDS, PATIENCE * engine.postgres.rpo_seconds)
    engine.wait_for(f"{segment} is not in every repository", seconds, look)
    return engine.clock() - began


def drill(engine: Engine, settings: Settings, seed: int | None = None) -> Drill:
    """Restore, judge, and throw the copies away. Raises FailedError where that cannot be done."""
    chosen, name = random.Random(seed), f"{settings.stack}-drill"  # noqa: S311 - a moment, not a secret.
    backup_beside.remove(engine, name)
    found = backup_survey.known(engine, settings, time.time())
    sizes = [each.stanza.backups[-1].size for each in found if each.stanza.backups]
    backup_beside.room(engine, max([*sizes, backup_postgres.size(engine)]))
    one, database = chosen.choice(found), chosen.choice(engine.postgres.databases).name
    second = second_of(one, time.time(), chosen)
    state = backup_content.observe(engine, database)
    rpo = arrive(engine, found)

    def to(kind: str, value: str) -> Target:
        wanted = Target(kind=kind, value=value, repository=one.stanza.repository, exclusive=kind == "lsn")
        return backup_choice.choose(engine, settings, wanted, time.time())

    with backup_beside.thrown_away(engine, settings, to("lsn", state.lsn), name) as copy:
        wrong = [*_differences(state, copy), *unfulfilled(settings, copy), *damage(engine, copy)]
    if second:
        with backup_beside.thrown_away(engine, settings, to("time", second), name) as past:
            wrong += [f"at {second}: {each}" for each in (*unfulfilled(settings, past), *damage(engine, past))]
    return Drill(
        state=state, repository=one.stanza.repository, rpo=rpo, fetched=copy.fetched, replayed=copy.replayed,
        second=second, wrong=tuple(wrong),
    )  # fmt: skip


def _differences(state: State, copy: Copy) -> list[str]:
    try:
        return backup_content.differences(state, copy.sql(backup_content.of_copy(state), state.database))
    except FailedError as problem:
        # A page that cannot be read, or a table that is not there.
        return [f"{state.database} cannot be read in the restored copy: {problem}"]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One trial: rows are committed, the host or its containers and volumes are destroyed, and what comes back is counted.

After every trial the stack serves again, and the next one destroys what this one recovered.
"""

from __future__ import annotations

import http.client
import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance.web import Site
from tests.lab import machines
from tests.lab.hosts import Host, find
from tests.lab.shell import LabError
from tests.resume.playbook import Playbook, Step

from . import stack, store
from .writer import TABLE, Writer, loss, sql

HOSTS = (find("mol-b"), find("mol-c"))
SITE_NAME = "www.example.org"
# Longer than an open segment waits, so that the moment of the loss lies anywhere in it.
LEAST_SECONDS, MOST_SECONDS = 8.0, 75.0
RECOVER = "holdfast.host.recover"
DESTROY = """
docker ps --all --quiet --filter label=com.docker.compose.project={name}-stores | xargs docker rm --force --volumes
docker volume ls --quiet --filter name={name}-stores_ --filter name={name}-backup_ | xargs docker volume rm
"""
# A host's own two commands, as recover.yml gives them.
BACK = """
holdfast-backup recover
holdfast-backup replay
docker compose --project-directory /etc/holdfast/stores up --detach --wait --wait-timeout 300
holdfast-backup refill
holdfast-backup ready
"""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a trial. whole: whether the host itself was destroyed. lost: seconds of confirmed work.

    missing: rows before the last one. answered: seconds from the command to the first right answer through nginx;
    parts: the seconds of each part of it.
    """

    whole: bool
    wrote: int
    lost: float
    missing: list[int]
    seconds: float
    answered: float | None = None
    parts: dict[str, float] = field(default_factory=dict)


class Stack:
    """The stack, wherever it serves at the moment."""

    def __init__(self, seed: int) -> None:
        """Take the seed of the random moments."""
        self.random = random.Random(seed)  # noqa: S311 - moments, not secrets.
        self.host = HOSTS[0]
        self.next = 1

    def provision(self, **backup: object) -> float:
        """Have it serve on a fresh host. Return the seconds."""
        stack.gone(stack.BUILD)
        for each in HOSTS:
            machines.down(each)
        machines.up([self.host, store.HOST])
        store.make()
        inventory = stack.lay_out(self.host, [store.repository(stack.NAME)], **backup)
        began = time.monotonic()
        play("provision.log", "site.yml", inventory=inventory)
        seconds = time.monotonic() - began
        written = Site(address=self.host.address, name=SITE_NAME).post("/rows", {"text": MARK})
        if written.status != 201:
            raise LabError(f"the application does not write: {written.status}")
        # The table and the row of the website are no part of what is measured.
        sql(self.host, TABLE)
        sql(self.host, "SELECT pg_switch_wal()")
        return seconds

    def trial(self, *, whole: bool) -> Result:
        """Write, destroy at a random moment, recover, and count."""
        writer = Writer(self.host, self.next)
        time.sleep(self.random.uniform(LEAST_SECONDS, MOST_SECONDS))
        if whole:
            machines.down(self.host)
        else:
            store.on(self.host, DESTROY.format(name=stack.NAME))
        rows = writer.stop()
        self.next = rows[-1].n + 1
        began = time.monotonic()
        answered, parts = self._elsewhere() if whole else self._here()
        seconds = time.monotonic() - began
        there = [int(n) for n in sql(self.host, "SELECT n FROM numbered ORDER BY n").split()]
        lost, missing = loss(rows, there)
        return Result(
            whole=whole, wrote=len(rows), lost=lost, missing=missing, seconds=seconds, answered=answered, parts=parts
        )

    def _here(self) -> tuple[None, dict[str, float]]:
        store.on(self.host, BACK, timeout=600)
        return None, {}

    def _elsewhere(self) -> tuple[float, dict[str, float]]:
        """Bring the stack back on the other, bare host by the one command. Return the seconds until it answers."""
        self.host = next(each for each in HOSTS if each != self.host)
        machines.up([self.host])
        stack.gone(stack.RECOVERED)
        answers = Answers(self.host)
        run = play("recover.log", RECOVER, *stack.recovering(), inventory=Path(f"{self.host.address},"))
        answered = answers.first()
        return answered, parts_of(run.steps())


def play(log: str, playbook: str, *words: str, inventory: Path) -> Playbook:
    """Run a playbook to its good end. Raises LabError."""
    stack.BUILD.mkdir(parents=True, exist_ok=True)
    with Playbook(stack.BUILD / log, *words, playbook=playbook, inventory=inventory) as run:
        if run.wait() != 0:
            raise LabError(f"{playbook} failed; see {run.log}\n{run.text()[-3000:]}")
    return run


MARK = "written before the loss"


class Answers:
    """Asks a host's edge until it gives the right answer: a row that was written before the loss."""

    def __init__(self, host: Host) -> None:
        """Start to ask."""
        self.site, self.began, self.at = Site(address=host.address, name=SITE_NAME), time.monotonic(), 0.0
        self.thread = threading.Thread(target=self._ask, daemon=True)
        self.thread.start()

    def _ask(self) -> None:
        while not self.at:
            try:
                answer = self.site.get("/rows")
                if answer.status == 200 and any(row["text"] == MARK for row in answer.json):
                    self.at = time.monotonic()
                    return
            except (OSError, http.client.HTTPException):
                pass  # Not there yet: asked again below.
            time.sleep(0.5)

    def first(self) -> float:
        """Return the seconds from the start until the first right answer. Raises LabError where there was none."""
        self.thread.join(timeout=30)
        if not self.at:
            raise LabError("the recovered host never gave the right answer")
        return self.at - self.began


def parts_of(steps: list[Step]) -> dict[str, float]:
    """Return the seconds of a recovery by what they went to: provision, fetch, replay, start."""
    names = {"before_stores | Fetch": "fetch", "before_stores | Replay": "replay"}
    found = dict.fromkeys(("provision", "fetch", "replay", "start"), 0.0)
    now = "provision"
    for step in steps:
        part = next((part for words, part in names.items() if words in step.task), now)
        found[part] += step.end - step.start
        # What comes after it is the start of the rest.
        now = "start" if part == "replay" else now
    return {name: round(seconds, 1) for name, seconds in found.items()}

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""When and how a run is interrupted: drawn from a seed over the tasks of an uninterrupted run."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from .playbook import Step

KINDS = ("controller", "module", "both")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A kill. kind: of KINDS. task, after: seconds since that task began, so that a slow machine hits the same one."""

    kind: str
    task: str
    after: float

    def __str__(self) -> str:
        return f"{self.kind}, {self.after:.1f} s into {self.task!r}"


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """A part of a run that one kill is to hit. tasks: how their names begin; none for all of them.

    change: the run changes a host that follows another plan, instead of provisioning a bare one.
    """

    kind: str
    tasks: tuple[str, ...] = ()
    change: bool = False


# Packages are being installed; the stores start while the controller dies and nothing stops them; containers that
# already run are replaced.
STRATA = (
    Stratum(kind="module", tasks=("baseline : install |", "docker : install |")),
    Stratum(kind="controller", tasks=("stores : run | Start",)),
    Stratum(kind="both", tasks=("stores : run | Start", "app : run | Pull"), change=True),
)


def draw(chance: random.Random, stratum: Stratum, timeline: Sequence[Step]) -> Moment:
    """Return a moment, equally likely in every second of the stratum. Raises ValueError where no task is in it."""
    within = [step for step in timeline if not stratum.tasks or step.task.startswith(stratum.tasks)]
    if not within:
        raise ValueError(f"no task of the run begins with {' or '.join(stratum.tasks)}")
    left = chance.uniform(0, sum(step.end - step.start for step in within))
    for step in within:
        if left <= step.end - step.start:
            return Moment(kind=stratum.kind, task=step.task, after=left)
        left -= step.end - step.start
    return Moment(kind=stratum.kind, task=within[-1].task, after=within[-1].end - within[-1].start)


def draw_any(chance: random.Random, timeline: Sequence[Step]) -> list[Moment]:
    """Return one kill at any moment of a run; in one of three cases a second one, of the run that makes it good."""
    kills = [draw(chance, Stratum(kind=chance.choice(KINDS)), timeline)]
    if chance.random() < 1 / 3:
        kills.append(draw(chance, Stratum(kind=chance.choice(KINDS)), timeline))
    return kills


def due(moment: Moment, order: Sequence[str], now: float, begun: Sequence[Step]) -> bool:
    """Return whether it is time. order: tasks of an uninterrupted run; now: seconds since this one began.

    A task that was over sooner than expected has its kill as soon as a later one begins.
    """
    if not begun:
        return False
    if begun[-1].task == moment.task:
        return now - begun[-1].start >= moment.after
    return begun[-1].task in order and order.index(begun[-1].task) > order.index(moment.task)

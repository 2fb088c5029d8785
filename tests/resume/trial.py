# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One trial: a fresh host, a run that is killed, runs that make it good, and a comparison with the reference."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests import systems
from tests.lab import engine, machines
from tests.lab.hosts import find
from tests.lab.paths import ROOT
from tests.lab.shell import run, scaled, wait_until

from .moments import Moment, due
from .playbook import RUN_SECONDS, Playbook, Step, changes

HOST = find("mol-c")
LOGS = ROOT / "build/resume"
ON_HOST = "/usr/lib/holdfast-test"
# How long to wait for a module: the next one follows within a second. Behind a dead controller none may be left.
MODULE_SECONDS = 10
ORPHAN_SECONDS = 0.3


# Takes the tasks of the run that is to be interrupted.
Choose = Callable[[Sequence[Step]], Sequence[Moment]]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A host that was provisioned without an interruption, and the run that did it."""

    state: Mapping[str, Any]
    timeline: Sequence[Step]
    seconds: float

    @property
    def order(self) -> list[str]:
        """The tasks in their order."""
        return [step.task for step in self.timeline]


@dataclass(frozen=True, kw_only=True)
class Kill:
    """What a kill hit. at: seconds since its run began. task: the one that ran. processes: those killed on the host."""

    planned: str
    kind: str
    at: float
    task: str
    status: int
    processes: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a trial. change: whether the host followed another plan before. problems: none where all is well."""

    change: bool
    kills: Sequence[Kill]
    problems: Sequence[str]
    rerun_seconds: float
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return the result as a JSON-able dict."""
        return asdict(self)


def say(text: str) -> None:
    """Write a line of progress."""
    sys.stderr.write(f"resume: {text}\n")
    sys.stderr.flush()


def fresh_host() -> None:
    """Have a bare host."""
    engine.ensure()
    machines.down(HOST)
    have_host()


def have_host() -> None:
    """Have the host, as it is if there is one, and on it the program that tells its state."""
    machines.up([HOST])
    LOGS.mkdir(parents=True, exist_ok=True)
    run(["docker", "exec", HOST.container, "mkdir", "-p", ON_HOST])
    run(["docker", "cp", Path(__file__).parent / "on_host", f"{HOST.container}:{ON_HOST}"])


def on_host(*words: str) -> Any:
    """Return what a command of on_host prints."""
    command = ["docker", "exec", "--workdir", ON_HOST, HOST.container, "python3", "-B", "-m", "on_host", *words]
    return json.loads(run(command, timeout=scaled(120)))


def differences(wanted: Any, found: Any, path: str = "") -> Iterator[str]:
    """Yield where two states differ, one line a place."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key in sorted({*wanted, *found}):
            yield from differences(wanted.get(key), found.get(key), f"{path}.{key}" if path else key)
    elif isinstance(wanted, list) and isinstance(found, list) and wanted != found:
        more, less = [each for each in found if each not in wanted], [each for each in wanted if each not in found]
        yield f"{path}: {less or 'the same in another order'} became {more}"
    elif wanted != found:
        yield f"{path}: {wanted!r} became {found!r}"


def converge(log: str, *words: str) -> tuple[Playbook, int]:
    """Run site.yml to its end; return the run and its exit status."""
    with Playbook(LOGS / log, *words) as playbook:
        return playbook, playbook.wait()


def other_plan() -> list[str]:
    """Return the words that make site.yml follow another plan, which gives every store and service other settings."""
    stack, docker = systems.declared("pydotorg"), systems.variables(systems.DOCKER)
    stack["stores"]["postgres"]["memory"] = "768MiB"
    stack["stores"]["redis"]["memory"] = "192MiB"
    stack["services"]["app"]["environment"]["DATABASE_POOL_SIZE"] = "10"
    stack["services"]["app"]["routes"][0]["static"]["expires"] = "1d"
    stack["services"]["worker"]["memory"] = "384MiB"
    registries = [*docker["docker_insecure_registries"], "other.example.org:5000"]
    return ["-e", json.dumps({"preflight_stack": stack, "docker_insecure_registries": registries})]


def start(name: str, reference: Reference, *, change: bool) -> tuple[Sequence[Step], dict[str, str]]:
    """Have the host as the trial begins with it. Return the tasks of the run to come, and what it must keep.

    With ``change`` the host follows another plan, so that the run replaces what is there; as long as it took to get
    there it takes to get back. Without, the host is bare. Raises RuntimeError.
    """
    if not change:
        fresh_host()
        return reference.timeline, {}
    have_host()
    playbook, status = converge(f"{name}-other.log", *other_plan())
    if status != 0:
        raise RuntimeError(f"the run to another plan failed with {status}, see {playbook.log}")
    return playbook.steps(), on_host("kept")


def make_reference() -> Reference:
    """Provision a fresh host without an interruption. Raises RuntimeError where that host is not as it should be."""
    fresh_host()
    playbook, status = converge("reference.log")
    if status != 0:
        raise RuntimeError(f"the uninterrupted run failed with {status}, see {playbook.log}")
    answer = on_host("state")
    if answer["wrong"]:
        raise RuntimeError("the uninterrupted host is not as it should be:\n" + "\n".join(answer["wrong"]))
    say(f"reference: {len(playbook.steps())} tasks, {playbook.ended:.0f} s")
    return Reference(state=answer["state"], timeline=playbook.steps(), seconds=playbook.ended)


def interrupt(moment: Moment, order: Sequence[str], log: str) -> Kill:
    """Run site.yml and kill it when it is time; a run that ends before is left alone, and its kill has no task."""
    processes: list[str] = []
    with Playbook(LOGS / log) as playbook:

        def over() -> bool:
            return playbook.process.poll() is not None

        def ready() -> bool:
            return over() or due(moment, order, time.monotonic() - playbook.began, playbook.steps())

        wait_until(f"the moment {moment}", ready, seconds=scaled(RUN_SECONDS), every=0.02)
        missed = over()
        at, task = time.monotonic() - playbook.began, playbook.steps()[-1].task
        if not missed and moment.kind != "module":
            playbook.kill()
        if not missed and moment.kind != "controller":
            processes = on_host("kill", str(MODULE_SECONDS if moment.kind == "module" else ORPHAN_SECONDS))
        status = playbook.wait()
    return Kill(
        planned=str(moment), kind=moment.kind, at=round(at, 2), task="" if missed else task,
        status=status, processes=processes,
    )  # fmt: skip


def judge(reference: Reference, kept: Mapping[str, str], name: str) -> tuple[list[str], float]:
    """Run site.yml to its end and once more; return what is wrong and the seconds of the first."""
    playbook, status = converge(f"{name}-rerun.log")
    if status != 0:
        return [f"the run after the interruption failed with {status}:\n{playbook.text()[-4000:]}"], playbook.ended
    problems: list[str] = []
    seen = on_host("kept")
    problems += [f"{key} is another one than after the interruption" for key in kept if seen.get(key) != kept[key]]
    answer = on_host("state")
    problems += answer["wrong"] + list(differences(reference.state, answer["state"]))
    again, status = converge(f"{name}-again.log")
    if status != 0 or changes(again.text()) != 0:
        changed = [line for line in again.text().splitlines() if "changed" in line]
        problems.append(f"another run was not without changes (status {status}): {changed}, see {again.log}")
    return problems, playbook.ended


def run_trial(name: str, reference: Reference, choose: Choose, *, change: bool = False) -> Result:
    """Interrupt once for each moment that is chosen, then judge. change: see start."""
    began = time.monotonic()
    timeline, kept = start(name, reference, change=change)
    kills: list[Kill] = []
    problems: list[str] = []
    for number, moment in enumerate(choose(timeline)):
        kills.append(interrupt(moment, reference.order, f"{name}-kill{number}.log"))
        say(f"{name}: {moment}; hit {kills[-1].task!r} at {kills[-1].at} s; {len(kills[-1].processes)} processes")
        if kills[-1].task and kills[-1].status == 0:
            problems.append(f"killed in {kills[-1].task!r}, but the run ended well")
        seen = on_host("kept")
        problems += [f"{key} was replaced in a run that was killed" for key in kept if seen.get(key) != kept[key]]
        kept = seen
    found, seconds = judge(reference, kept, name)
    result = Result(
        change=change, kills=kills, problems=problems + found, rerun_seconds=round(seconds, 1),
        seconds=round(time.monotonic() - began, 1),
    )  # fmt: skip
    say(f"{name}: {'well' if not result.problems else 'FAILED'}, {result.seconds} s")
    return result

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The load: writers that fill the server and change every key again and again, readers that do not read, a probe.

Each is a process of its own, for one interpreter cannot keep a server busy.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Event
from typing import Any

from .wire import Connection, RefusedError, encode

# Of the keys, after the server refused more: changing a key needs room for the new value before the old one goes.
TRIMMED = 0.03
# The text that values are cut from: random, so that nothing compresses.
_BLOCK = random.Random(7).randbytes(1 << 18)  # noqa: S311 - the same in every process
_OFFSETS = 1 << 16
BATCH_BYTES = 256 * 1024
MOST_BATCH = 256
# They are kept in a byte each; 0 is the value that a key was filled with.
GENERATIONS = 249


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where the load goes and how long values are, in bytes."""

    address: str
    password: str
    size: int

    def connect(self) -> Connection:
        """Return a connection."""
        return Connection(self.address, self.password)

    @property
    def batch(self) -> int:
        """Commands sent at once."""
        return max(2, min(MOST_BATCH, BATCH_BYTES // self.size))


def value(writer: int, number: int, generation: int, size: int) -> bytes:
    """Return the value of a key: it names the key and the generation, so that a stale or foreign one is found out."""
    head = b"%d:%d:%d:" % (writer, number, generation)
    start = (number * 31 + generation * 4099) % _OFFSETS
    return (head + _BLOCK[start : start + size])[:size]


@dataclass(kw_only=True)
class Writer:
    """Writes its own keys. generations: of each key, the last that the server confirmed; it wraps after GENERATIONS."""

    number: int
    target: Target
    generations: bytearray = field(default_factory=bytearray)
    refused: int = 0
    written: int = 0

    def key(self, index: int) -> bytes:
        """Return the name of a key."""
        return b"k:%d:%d" % (self.number, index)

    def _set(self, index: int, generation: int) -> bytes:
        return encode("SET", self.key(index), value(self.number, index, generation, self.target.size))

    def fill(self, stop: Event) -> None:
        """Add keys until the server refuses one or ``stop`` is set, then remove a few."""
        connection = self.target.connect()
        full = False
        while not (full or stop.is_set()):
            first = len(self.generations)
            answers = connection.pipeline([self._set(first + i, 0) for i in range(self.target.batch)])
            took = next((i for i, answer in enumerate(answers) if isinstance(answer, RefusedError)), len(answers))
            full = took < len(answers)
            # Others make room or take it meanwhile: what was confirmed after a refusal goes, so that keys are a range.
            late = [encode("DEL", self.key(first + i)) for i in range(took, len(answers))]
            connection.pipeline(late)
            self.generations += bytes(took)
        self._trim(connection)
        connection.close()

    def _trim(self, connection: Connection) -> None:
        keep = int(len(self.generations) * (1 - TRIMMED))
        for start in range(keep, len(self.generations), 1000):
            end = min(start + 1000, len(self.generations))
            connection.pipeline([encode("DEL", self.key(index)) for index in range(start, end)])
        del self.generations[keep:]

    def churn(self, stop: Event) -> None:
        """Change every key, again and again, until ``stop`` is set."""
        connection = self.target.connect()
        generation, batch, count = 0, self.target.batch, len(self.generations)
        while count and not stop.is_set():
            generation = generation % GENERATIONS + 1
            for start in range(0, count, batch):
                if stop.is_set():
                    break
                indices = range(start, min(start + batch, count))
                for index, answer in zip(
                    indices, connection.pipeline([self._set(i, generation) for i in indices]), strict=True
                ):
                    if isinstance(answer, RefusedError):
                        self.refused += 1
                    else:
                        self.generations[index] = generation
                        self.written += 1
        connection.close()

    def _allowed(self, index: int) -> tuple[bytes, bytes]:
        """Return the value confirmed last and the one after it, whose confirmation a dying server may have owed."""
        last = self.generations[index]
        return (
            value(self.number, index, last, self.target.size),
            value(self.number, index, last % GENERATIONS + 1, self.target.size),
        )

    def verify(self) -> tuple[int, int]:
        """Return how many keys are missing and how many have another value than was confirmed last."""
        connection, batch = self.target.connect(), self.target.batch
        missing = wrong = 0
        for start in range(0, len(self.generations), batch):
            indices = range(start, min(start + batch, len(self.generations)))
            answers = connection.pipeline([encode("GET", self.key(index)) for index in indices])
            for index, answer in zip(indices, answers, strict=True):
                missing += answer is None
                wrong += answer is not None and answer not in self._allowed(index)
        connection.close()
        return missing, wrong

    def serve(self, pipe: Pipe, stop: Event) -> None:
        """Do what the pipe asks for; answer with (its result or None, the error or "", keys, written, refused)."""
        while True:
            job, self.target = pipe.recv()
            result: Any = None
            error = ""
            try:
                result = {"fill": self.fill, "churn": self.churn}[job](stop) if job != "verify" else self.verify()
            except (OSError, RefusedError) as problem:
                error = f"{type(problem).__name__}: {problem}"
            pipe.send((result, error, len(self.generations), self.written, self.refused))


@dataclass(kw_only=True)
class Crew:
    """The writers as processes that all do the same job at a time."""

    target: Target
    count: int
    pipes: list[Pipe] = field(default_factory=list)
    processes: list[multiprocessing.Process] = field(default_factory=list)
    stop: Event = field(default_factory=multiprocessing.Event)
    keys: int = 0
    written: int = 0
    refused: int = 0

    def __enter__(self) -> Crew:
        """Start the processes."""
        for number in range(self.count):
            ours, theirs = multiprocessing.Pipe()
            writer = Writer(number=number, target=self.target)
            self.processes.append(multiprocessing.Process(target=writer.serve, args=(theirs, self.stop), daemon=True))
            self.pipes.append(ours)
            self.processes[-1].start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes, whatever they do."""
        for process in self.processes:
            process.kill()
            process.join()

    def begin(self, job: str) -> None:
        """Have every writer start a job: fill, churn or verify."""
        self.stop.clear()
        for pipe in self.pipes:
            pipe.send((job, self.target))

    def busy(self) -> bool:
        """Return True while a writer has not finished its job."""
        return not all(pipe.poll() for pipe in self.pipes)

    def end(self, seconds: float = 120) -> tuple[list[Any], list[str]]:
        """Stop the job and return what each writer has as its result and the errors there were."""
        self.stop.set()
        return self.finish(seconds)

    def finish(self, seconds: float = 600) -> tuple[list[Any], list[str]]:
        """Wait for the job's end and return what each writer has as its result and the errors there were."""
        deadline = time.monotonic() + seconds
        results, errors = [], []
        self.keys = self.written = self.refused = 0
        for pipe in self.pipes:
            if not pipe.poll(max(0.0, deadline - time.monotonic())):
                raise TimeoutError(f"a writer did not finish in {seconds:.0f} s")
            result, error, keys, written, refused = pipe.recv()
            results.append(result)
            errors += [error] if error else []
            self.keys, self.written, self.refused = self.keys + keys, self.written + written, self.refused + refused
        return results, errors

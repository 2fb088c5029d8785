# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A host is lost at a random moment and comes back from the kit and the repository: what is missing, and how long."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator

import pytest

from tests.lab import machines
from tests.lab.shell import scaled
from tests.resume.playbook import Playbook

from . import stack, store
from .trial import HOSTS, Stack

# What was promised: the last minute at most, and five minutes until the application serves.
RPO_SECONDS, RTO_SECONDS = 60, 300


@pytest.fixture(scope="module")
def served() -> Iterator[Stack]:
    """Have the stack serve, with a repository on another machine."""
    seed = secrets.randbelow(1_000_000)
    sys.stdout.write(f"\nrecovery: seed {seed}\n")
    stack = Stack(seed)
    seconds = stack.provision()
    sys.stdout.write(f"recovery: provisioned in {seconds:.0f} s\n")
    yield stack
    for each in (*HOSTS, store.HOST):
        machines.down(each)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_last_minute_at_most_is_lost(served: Stack, number: int) -> None:
    # Containers and volumes twice; then the host.
    whole = number == 3
    result = served.trial(whole=whole)
    sys.stdout.write(f"recovery: {result}\n")
    assert result.missing == []
    assert result.lost <= RPO_SECONDS
    if whole:
        assert result.answered is not None
        assert result.answered <= scaled(RTO_SECONDS)


def test_a_bare_host_does_not_begin_in_the_place_of_the_one_that_was_lost(served: Stack) -> None:
    bare = next(each for each in HOSTS if each != served.host)
    machines.down(bare)
    machines.up([bare])
    inventory = stack.lay_out(bare, [store.repository(stack.NAME)])
    with Playbook(stack.BUILD / "bare.log", playbook="site.yml", inventory=inventory) as run:
        assert run.wait() == 2
        assert "holds the backups of a host that was lost: holdfast.host.recover brings it back" in run.text()
    assert "stores" not in store.on(bare, "docker ps --all --format '{{.Names}}'; docker volume ls --quiet")
    # It has secrets of its own by now, which nobody uses: what was said to bring the lost one back does.
    result = served.trial(whole=True)
    sys.stdout.write(f"recovery: {result}\n")
    assert served.host == bare
    assert result.missing == []
    assert "of repository 1, and the log that came until" in (stack.BUILD / "recover.log").read_text()

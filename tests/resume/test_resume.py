# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Three kills: where packages are installed, where stores start, where a change is applied. A benchmark does more."""

from __future__ import annotations

import random

import pytest

from tests.lab.shell import run

from .moments import STRATA, draw
from .trial import HOST, Reference, differences, make_reference, on_host, run_trial

SEED = 20260


@pytest.fixture(scope="session")
def reference() -> Reference:
    """Return what an uninterrupted run makes of a bare host."""
    return make_reference()


def test_what_is_stale_is_seen(reference: Reference) -> None:
    # The judge must be able to say no: files that are newer than their servers or say something else, another secret,
    # a file too many.
    files = {
        "/etc/docker/daemon.json": "dockerd",
        "/etc/holdfast/stores/postgres/postgresql.conf": "postgres",
        "/etc/holdfast/secrets/redis_auth.conf": "redis",
    }
    redis = "/etc/holdfast/stores/redis/redis.conf"
    before = on_host("kept")
    secret = "/etc/holdfast/secrets/SECRET_KEY"
    script = (
        f"touch {' '.join(files)} /etc/holdfast/more; echo x > {secret}; echo >> /etc/holdfast/edge/nginx/nginx.conf; "
        f"echo maxmemory 7mb >> {redis}"
    )
    run(["docker", "exec", HOST.container, "sh", "-c", script])
    answer = on_host("state")
    assert {f"{path} is newer than what {name} runs with" for path, name in files.items()} <= set(answer["wrong"])
    assert any("nginx answers with configuration" in line for line in answer["wrong"])
    assert any(line.startswith("redis runs with maxmemory") and line.endswith("7mb") for line in answer["wrong"])
    told = "\n".join(differences(reference.state, answer["state"]))
    assert "files./etc/holdfast/more: None became" in told
    assert "files./etc/holdfast/edge/nginx/nginx.conf:" in told
    assert {path for path, value in on_host("kept").items() if before[path] != value} == {secret}


@pytest.mark.parametrize("number", range(len(STRATA)), ids=["packages", "stores", "change"])
def test_an_interrupted_run_is_made_good(number: int, reference: Reference) -> None:
    chance = random.Random(SEED + number)  # noqa: S311 - a seed is wanted, not a secret
    stratum = STRATA[number]
    change = stratum.change
    result = run_trial(f"trial{number}", reference, lambda steps: [draw(chance, stratum, steps)], change=change)
    said = "\n".join((f"seed {SEED}, trial {number}: {result.kills}", *result.problems))
    assert all(kill.task for kill in result.kills), f"nothing was interrupted\n{said}"
    assert not result.problems, said

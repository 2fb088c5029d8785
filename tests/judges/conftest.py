# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The judges: real programs in the lab's images, without a network. One that is missing fails; none is passed over."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.lab import builder, engine
from tests.lab.catalogue import reference
from tests.lab.hosts import LABEL
from tests.lab.paths import CACHE, IMAGES
from tests.lab.shell import locked, scaled

NEEDED = {"host", "nginx", "postgres", "redis", "valkey", "pgbouncer", "compose"}
# Stands for docker-compose on PATH: the same directory where the container has it, the same environment.
WRAPPER = """#!/bin/bash
set -euo pipefail
given=()
while IFS='=' read -r -d '' name _; do
  case $name in PATH | PWD | OLDPWD | SHLVL | _ | DOCKER_CONFIG) ;; *) given+=(--env "$name") ;; esac
done < <(env -0)
case $PWD in {shared} | {shared}/*) here=$PWD ;; *) here=/ ;; esac
exec docker exec --workdir "$here" "${{given[@]}}" '{container}' docker-compose "$@"
"""

Judge = Callable[..., subprocess.CompletedProcess[str]]


def _run(words: Sequence[str], *, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=scaled(120), check=False)


@pytest.fixture(scope="session", autouse=True)
def images() -> dict[str, str]:
    """Return the judges' images by name; those that are missing are built."""
    engine.ensure()
    with locked(CACHE / "lock"):
        builder.ensure(NEEDED)
    return {name: reference(name, IMAGES) for name in NEEDED}


@pytest.fixture
def ask(images: dict[str, str]) -> Judge:
    """Return a function that runs a program in an image: ask(image, words, {directory: place}, user=, memory=)."""

    def run(
        image: str, words: Sequence[str], mounts: dict[Path, str], user: str = "root", memory: str = "512m"
    ) -> subprocess.CompletedProcess[str]:
        bounds = ["--rm", "--network=none", f"--memory={memory}", "--pids-limit=256", f"--user={user}"]
        bounds += [f"--label={LABEL}=1"]
        # Where nginx writes its log of requests.
        bounds += ["--tmpfs=/var/log/edge"]
        volumes = [f"--volume={source}:{place}:ro" for source, place in mounts.items()]
        return _run(["docker", "run", *bounds, *volumes, "--entrypoint", words[0], images[image], *words[1:]])

    return run


@pytest.fixture(scope="session", autouse=True)
def compose(images: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have docker-compose on PATH, from the lab's image: it sees the directories of the tests and nothing else."""
    shared = tmp_path_factory.getbasetemp()
    bounds = ["--detach", "--rm", "--init", "--network=none", "--memory=1g", f"--label={LABEL}=1"]
    started = _run(["docker", "run", *bounds, f"--volume={shared}:{shared}", images["compose"], "sleep", "1800"])
    assert started.returncode == 0, started.stderr
    container = started.stdout.strip()
    wrapper = tmp_path_factory.mktemp("bin") / "docker-compose"
    wrapper.write_text(WRAPPER.format(container=container, shared=shared), encoding="utf-8")
    wrapper.chmod(0o755)
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{wrapper.parent}:{before}"
    yield
    os.environ["PATH"] = before
    _run(["docker", "rm", "--force", container])

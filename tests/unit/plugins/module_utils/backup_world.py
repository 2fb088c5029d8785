# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A played host for the backups of files: its settings, and programs that answer from a table and are remembered."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_restic, backup_settings
from ansible_collections.holdfast.host.plugins.module_utils.backup_restic import Restic
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from tests.unit.plugins.module_utils.test_backup_settings import GIVEN

GOOD = Result(status=0)
SUMMARY = {
    "message_type": "summary", "snapshot_id": "aaaabbbbcccc", "data_added": 10, "total_bytes_processed": 20,
}  # fmt: skip
LOCKED = Result(status=1, err="Fatal: unable to create lock in backend: repository is already locked by PID 7")
ABSENT = Result(
    status=1,
    err="Fatal: unable to open config file: stat /x/config: no such file or directory\n"
    "Is there a repository at the following location?\n/x",
)
WRONG = Result(status=12, err='{"message_type":"exit_error","code":12,"message":"Fatal: wrong password"}')
Answer = Result | Callable[[Sequence[str], str], Result]


def installed(directory: Path, patched: pytest.MonkeyPatch) -> Settings:
    """Return settings that the program finds, which runs as root."""
    made = settings(directory)
    patched.setattr(backup_settings, "load", lambda: made)
    patched.setattr(os, "geteuid", lambda: 0)
    return made


def out(value: Any) -> Result:
    """Return the result of a program that prints JSON."""
    return Result(status=0, out=json.dumps(value))


def snapshot(identity: str, *tags: str, day: int = 1, **more: Any) -> dict[str, Any]:
    """Return a snapshot as restic lists it."""
    return {"id": identity, "time": f"2026-01-{day:02}T00:00:00Z", "tags": list(tags), "paths": ["/x/_data"], **more}


class World:
    """Answers by the first text that a command has in it; of several answers one after another, the last stays."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers: Mapping[str, Answer | list[Answer]] = answers
        self.seen: list[str] = []
        self.given: list[str] = []

    def __call__(self, command: Sequence[str], given: str = "") -> Result:
        text = " ".join(command)
        # What restic is started by is the same each time.
        self.seen.append(text.partition("--no-cache ")[2] or text)
        self.given.append(given)
        for part, answer in self.answers.items():
            if part in text:
                several = answer if isinstance(answer, list) else [answer]
                one = several.pop(0) if len(several) > 1 else several[0]
                return one if isinstance(one, Result) else one(command, given)
        return GOOD

    def count(self, part: str) -> int:
        """Return how many commands had something in them."""
        return sum(part in each for each in self.seen)


def settings(directory: Path, **changes: Any) -> Settings:
    """Return settings with a directory that is there, and one local repository."""
    repository = GIVEN["repositories"][0] | {"kind": "local", "restic": str(directory / "repository"), "env_file": ""}
    given = GIVEN | {"directory": str(directory), "repositories": [repository | {"options": []}]}
    return backup_settings.parse(given | changes)


def restic(directory: Path, world: World) -> Restic:
    """Return a repository of this world; another run is waited for for no time."""
    made = settings(directory)
    return backup_restic.Restic(
        repository=made.repositories[0], run=world, password_file="/key", host="shop", patience_seconds=0
    )


def container(identity: str, service: str, *, running: bool = True, started: str = "") -> dict[str, Any]:
    """Return a container as the engine describes it."""
    labels = {"com.docker.compose.service": service}
    state = {"Status": "running" if running else "exited", "ExitCode": 0, "StartedAt": started}
    return {"Id": identity, "Name": f"/{service}", "Config": {"Labels": labels}, "State": state, "Image": "sha256:1"}

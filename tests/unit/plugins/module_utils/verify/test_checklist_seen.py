# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the lists are judged by, read from a host: and no secret's value among it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.verify import checklist_seen as subject
from tests.unit.plugins.module_utils.verify.lists import EXPECT

GOOD, OTHER = "kR3-vX9_qLm2Zt8wYb4Nc6Pd1Fg5Hj7S", "Tz8_wQ4-nB1vM7cX2kL9pR5dF3gH6jYs"


@pytest.mark.parametrize(
    "value", ["changeme", "dev-secret-key", "example-only", "postgres", "PASSWORD", "admin", "root"]
)
def test_a_default_is_known(value: str) -> None:
    assert subject.secrets({"KEY": value}, {})["defaults"] == ["KEY"]


def test_secrets_are_compared_and_never_shown() -> None:
    found = subject.secrets({"A": GOOD, "B": OTHER, "C": GOOD, "D": "shop"}, {"D": "shop"})
    assert found["lengths"] == {"A": 32, "B": 32, "C": 32, "D": 4}
    assert found["shared"] == [["A", "C"]]
    assert found["defaults"] == ["D"], "the name of its own role"
    assert GOOD not in json.dumps(found)


def test_only_variables_that_are_asked_for_are_looked_at() -> None:
    given = ["APP_ENV=prod", "DEBUG=0", "SMTP_HOST=smtp.example.org", f"SECRET_KEY={GOOD}", "DATABASE_URL=postgres://x"]
    given += ["OAUTH_REDIRECT_BASE_URL=https://www.example.org", f"OAUTH_SECRET={GOOD}", f"ENVIRONMENT_KEY={GOOD}"]
    found = subject.variables({"Config": {"Env": given}})
    assert set(found) == {"APP_ENV", "DEBUG", "SMTP_HOST", "OAUTH_REDIRECT_BASE_URL"}
    assert subject.variables({"Config": {}}) == {}


def test_a_secret_in_a_log_is_found_by_its_name(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(f"connecting with {GOOD}\n")
    found = subject.leaks({"KEY": GOOD, "OTHER": OTHER, "SHORT": "with"}, [log, tmp_path / "absent"])
    assert found == {"names": ["KEY"], "bytes": log.stat().st_size}


def test_a_large_log_is_searched_from_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "TAIL_BYTES", 64)
    log = tmp_path / "log"
    log.write_text(GOOD + "x" * 100)
    assert subject.leaks({"KEY": GOOD}, [log]) == {"names": [], "bytes": 64}


def test_an_edge_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_named: Any) -> None:
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr("socket.create_connection", refuse)
    assert subject.old_tls("www.example.org", 1) == "not asked: refused"


def test_a_whole_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/SECRET_KEY").write_text(GOOD + "\n")
    (tmp_path / ".env").write_text("x")
    (tmp_path / ".env").chmod(0o400)
    labels = {"com.docker.compose.project": "shop-blue", "com.docker.compose.service": "web"}
    web = {"Id": "w", "Config": {"Labels": labels, "Env": ["APP_ENV=prod"]}, "State": {"Pid": os.getpid()}}
    stores = {
        name: {"Id": name, "Config": {"Labels": {"com.docker.compose.project": "shop-stores",
                                                 "com.docker.compose.service": name}}, "State": {"Pid": 0}}
        for name in ("db", "cache")
    }  # fmt: skip
    answers = {
        "docker ps": Result(status=0, out="w db cache"),
        "docker inspect": Result(status=0, out=json.dumps([web, *stores.values()])),
        "docker exec db": Result(status=0, out="app false\nholdfast true\n"),
        "docker exec cache": Result(status=0, out="(error) NOAUTH Authentication required."),
        "findmnt": Result(status=0, out="/dev/mapper/data[/docker]\n"),
        "lsblk": Result(status=0, out="crypt\npart\ndisk\n"),
        "systemctl": Result(status=0, out="active\n"),
    }

    def run(command: Sequence[str], _given: str) -> Result:
        words = " ".join(command)
        return next(result for start, result in answers.items() if words.startswith(start))

    monkeypatch.setattr(subject, "_asked", lambda host, _timeout: {"asked": host})
    monkeypatch.setattr(subject, "old_tls", lambda _host, _timeout: "refused")
    changes = {"directory": str(tmp_path / "secrets"), "env_files": [str(tmp_path / ".env")]}
    expect = EXPECT | {"checklist": EXPECT["checklist"] | changes, "access_log": None}
    seen = subject.observe(expect, 5, run)
    assert seen["secrets"]["lengths"] == {"SECRET_KEY": 32}
    assert (seen["variables"], seen["users"]) == ({"web": {"APP_ENV": "prod"}}, {"web": os.getuid()})
    assert (seen["roles"], seen["redis"]) == ({"app": "false", "holdfast": "true"}, "refused")
    assert (seen["encrypted"], seen["audit"], seen["old_tls"]) == (True, "active", "refused")
    assert seen["env_files"][str(tmp_path / ".env")]["mode"] == "0400"
    assert seen["edge"] == {"www.example.org": {"asked": "www.example.org"}}
    assert GOOD not in json.dumps(seen)
    answers["findmnt"] = Result(status=0, out="overlay\n")
    assert subject.observe(expect, 5, run)["encrypted"] is None

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab import engine
from tests.lab.shell import LabError


def programs(*there: str) -> Callable[..., str | None]:
    return lambda name, **_options: f"/usr/bin/{name}" if name in there else None


@pytest.mark.parametrize(
    ("there", "running", "packages"),
    [
        (tuple(engine.PROGRAMS), False, []),
        (tuple(set(engine.PROGRAMS) - {"mmdebstrap"}), True, ["mmdebstrap"]),
        # An engine that answers may live in a virtual machine: its parts are not needed here.
        (("docker", "mmdebstrap", "ssh", "ssh-keygen"), True, []),
        # The client alone is no engine.
        (
            ("docker", "mmdebstrap", "ssh", "ssh-keygen"),
            False,
            ["containerd", "docker.io", "iproute2", "iptables", "runc"],
        ),
        ((), False, ["containerd", "docker.io", "iproute2", "iptables", "mmdebstrap", "openssh-client", "runc"]),
    ],
)
def test_only_what_is_missing_is_installed(
    monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], running: bool, packages: list[str]
) -> None:
    monkeypatch.setattr("shutil.which", programs(*there))
    monkeypatch.setattr(engine, "answers", lambda: running)
    assert engine.missing_packages() == packages


def test_without_root_the_user_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(engine, "succeeds", lambda _words: False)
    with pytest.raises(LabError, match="Install and start Docker yourself"):
        engine.as_root()


def test_without_apt_the_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", programs())
    with pytest.raises(LabError, match="by your system's own means: mmdebstrap"):
        engine.install(["mmdebstrap"])


@pytest.fixture
def pid_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "dockerd.pid"
    monkeypatch.setattr(engine, "ENGINE_PID", path)
    return path


def forbidden(*_words: object, **_options: object) -> str:
    raise AssertionError("nothing may be run")


def test_an_engine_of_somebody_else_is_left_alone(monkeypatch: pytest.MonkeyPatch, pid_file: Path) -> None:
    monkeypatch.setattr(engine, "run", forbidden)
    engine.stop_own()
    assert not pid_file.exists()


def test_an_engine_that_others_use_is_left_running(monkeypatch: pytest.MonkeyPatch, pid_file: Path) -> None:
    pid_file.write_text(str(os.getpid()))
    monkeypatch.setattr(Path, "read_text", lambda path: "dockerd" if path.name == "comm" else str(os.getpid()))
    monkeypatch.setattr(engine, "run", lambda words: "lab1\n" if "--filter" in words else "lab1\nother\n")
    with pytest.raises(LabError, match="not the lab's"):
        engine.stop_own()


def test_a_reused_process_number_is_not_killed(monkeypatch: pytest.MonkeyPatch, pid_file: Path) -> None:
    monkeypatch.setattr(engine, "run", forbidden)
    pid_file.write_text("1")
    engine.stop_own()
    assert not pid_file.exists()

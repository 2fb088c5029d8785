# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Our reader against ``docker compose config``: the same files, the same meaning, the same refusals."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Project, Service
from ansible_collections.holdfast.host.plugins.module_utils.compose.read import read
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, errors, explain
from ansible_collections.holdfast.host.plugins.plugin_utils.yaml_loader import load_yaml
from tests.judges.compose_corpus import AGREE, Case
from tests.judges.compose_refusals import REFUSE

_TIMEOUT = 60
# Both have these in one form.
_SAME = ("user", "restart", "profiles", "network_mode", "command", "entrypoint")


@pytest.fixture(scope="session")
def judge() -> list[str]:
    """Return the command that answers for Compose v2, or fail: a judge that is not there judges nothing."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) is None:
            continue
        answer = subprocess.run(
            [*command, "version", "--short"], capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
        if answer.returncode == 0 and answer.stdout.strip().lstrip("v").startswith(("2.", "5.")):
            return command
    pytest.fail("no Compose v2 on PATH: install the package docker-compose (Debian 13) or docker-compose-plugin")


@pytest.mark.parametrize("name", AGREE)
def test_our_reading_is_that_of_compose(name: str, judge: list[str], tmp_path: Path) -> None:
    case = AGREE[name]
    said = _judged(judge, case, tmp_path)
    assert said.returncode == 0, said.stderr
    project, findings = _read(case, tmp_path)
    assert project is not None, explain(findings)
    theirs = json.loads(said.stdout)
    assert {key: _ours(one) for key, one in project.services.items()} == {
        key: _theirs(one, project.disabled) for key, one in (theirs.get("services") or {}).items()
    }
    if project.name is not None:
        assert project.name == theirs["name"]


@pytest.mark.parametrize("name", AGREE)
def test_what_we_write_means_the_same_to_compose(name: str, judge: list[str], tmp_path: Path) -> None:
    case = AGREE[name]
    project, findings = _read(case, tmp_path)
    assert project is not None, explain(findings)
    written = {
        "services": {key: one.as_compose() for key, one in project.services.items()},
        "volumes": project.volumes,
        "networks": project.networks,
        "secrets": project.secrets,
        "configs": project.configs,
    }
    again = Case(files={"compose.yaml": json.dumps(written)}, profiles=("*",))
    said = _judged(judge, again, tmp_path / "again")
    assert said.returncode == 0, said.stderr
    theirs = json.loads(said.stdout)["services"]
    assert {key: _ours(one) for key, one in project.services.items()} == {key: _theirs(theirs[key]) for key in theirs}


@pytest.mark.parametrize("name", REFUSE)
def test_what_compose_refuses_we_refuse(name: str, judge: list[str], tmp_path: Path) -> None:
    case = REFUSE[name]
    assert _judged(judge, case, tmp_path).returncode != 0
    project, findings = _read(case, tmp_path)
    assert project is None
    assert errors(findings)


def _lay(case: Case, directory: Path) -> None:
    for name, text in case.files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _environment(case: Case, directory: Path) -> dict[str, str]:
    return {"HOME": str(directory / "home"), "PATH": os.environ["PATH"], **case.env}


def _judged(judge: list[str], case: Case, directory: Path) -> subprocess.CompletedProcess[str]:
    _lay(case, directory)
    files = [word for path in case.paths for word in ("--file", path)]
    profiles = [word for profile in case.profiles for word in ("--profile", profile)]
    command = [*judge, *files, *profiles, "config", "--format", "json"]
    # The client's plugins are found below its own settings directory, not below the case's HOME.
    settings = os.environ.get("DOCKER_CONFIG", str(Path.home() / ".docker"))
    env = _environment(case, directory) | {"DOCKER_CONFIG": settings}
    return subprocess.run(
        command, cwd=directory, env=env, capture_output=True, text=True, timeout=_TIMEOUT, check=False
    )


def _read(case: Case, directory: Path) -> tuple[Project | None, list[Finding]]:
    _lay(case, directory)
    paths = [str(directory / path) for path in case.paths]
    env = _environment(case, directory)

    def text(path: str) -> str:
        return Path(path).read_text(encoding="utf-8")

    return read(paths, load=load_yaml, read_text=text, env=env, profiles=case.profiles)


def _ours(service: Service) -> dict[str, Any]:
    said = {
        "image": service.image,
        "build": service.build,
        "environment": dict(service.environment),
        "ports": sorted((p.target, p.published, p.host_ip, p.protocol, p.mode) for p in service.ports) or None,
        "mounts": sorted((m.type, m.source or "", m.target, m.read_only, _sorted(m.options)) for m in service.volumes),
        "depends_on": {name: (d.condition, d.required, d.restart) for name, d in service.depends_on.items()},
        "healthcheck": service.healthcheck,
        "limits": (service.limits.cpus, service.limits.memory_bytes, service.limits.pids),
        "reservations": (service.reservations.cpus, service.reservations.memory_bytes),
        "replicas": service.replicas,
        "networks": {name: dict(options) for name, options in service.networks.items()},
        "secrets": [_reference(one) for one in service.secrets],
        "configs": [_reference(one) for one in service.configs],
        "user": service.user,
        "restart": service.restart,
        "profiles": list(service.profiles),
        "network_mode": service.network_mode,
        "command": service.command,
        "entrypoint": service.entrypoint,
        "extra": {key: value for key, value in service.extra.items() if key != "deploy"},
    }
    return {key: value for key, value in said.items() if value}


_RESOURCES = ("mem_limit", "mem_reservation", "cpus", "pids_limit", "scale", "deploy")
_ELSEWHERE = {*_SAME, *_RESOURCES, "image", "build", "environment", "ports", "volumes", "depends_on", "healthcheck"}
_ELSEWHERE |= {"networks", "secrets", "configs"}


def _theirs(raw: dict[str, Any], absent: tuple[str, ...] = ()) -> dict[str, Any]:
    service = _unescaped(raw)
    deploy = service.get("deploy") or {}
    limits = (deploy.get("resources") or {}).get("limits") or {}
    kept = (deploy.get("resources") or {}).get("reservations") or {}
    scale = deploy.get("replicas", service.get("scale"))
    said = {
        **{key: service.get(key) for key in ("image", "build", "environment", *_SAME)},
        "ports": sorted(_port(one) for one in service.get("ports") or []) or None,
        "mounts": sorted(_mount(one) for one in service.get("volumes") or []),
        "depends_on": {
            name: (one["condition"], one["required"], one.get("restart", False))
            for name, one in (service.get("depends_on") or {}).items()
            if name not in absent
        },
        "healthcheck": _health(service.get("healthcheck")),
        "limits": _resources(limits, service, ("cpus", "mem_limit", "pids_limit")),
        "reservations": _resources(kept, service, ("", "mem_reservation", ""))[:2],
        "replicas": 1 if scale is None else scale,
        "networks": {name: options or {} for name, options in (service.get("networks") or {}).items()},
        "secrets": [_reference(one) for one in service.get("secrets") or []],
        "configs": [_reference(one) for one in service.get("configs") or []],
        "extra": {
            key: int(value) if key in ("shm_size", "memswap_limit") else value
            for key, value in service.items()
            if key not in _ELSEWHERE and value is not None
        },
    }
    return {key: value for key, value in said.items() if value}


def _port(port: dict[str, Any]) -> tuple[Any, ...]:
    return (port["target"], port.get("published"), port.get("host_ip"), port["protocol"], port["mode"])


def _mount(mount: dict[str, Any]) -> tuple[Any, ...]:
    options = {key: value for key, value in mount.items() if key not in ("type", "source", "target", "read_only")}
    if "tmpfs" in options and "size" in options["tmpfs"]:
        options["tmpfs"]["size"] = int(options["tmpfs"]["size"])
    return (mount["type"], mount.get("source", ""), mount["target"], mount.get("read_only", False), _sorted(options))


def _sorted(options: Mapping[str, Any]) -> str:
    """Return the options in one order; Compose leaves out what is false."""
    said = {
        kind: {key: one for key, one in given.items() if one is not False} if isinstance(given, dict) else given
        for kind, given in options.items()
    }
    return json.dumps(said, sort_keys=True)


def _health(health: dict[str, Any] | None) -> dict[str, Any] | None:
    off = health and (health.get("disable") or health.get("test") == ["NONE"])
    return {"disable": True} if off else health


def _resources(new: dict[str, Any], service: dict[str, Any], legacy: tuple[str, str, str]) -> tuple[Any, ...]:
    both = zip(("cpus", "memory", "pids"), legacy, strict=True)
    cpus, memory, pids = (new.get(key) or service.get(old) for key, old in both)
    return (float(cpus) if cpus else None, int(memory) if memory else None, int(pids) if pids else None)


def _reference(reference: Any) -> dict[str, Any]:
    default = f"/run/secrets/{reference['source']}"
    return {key: value for key, value in reference.items() if (key, value) != ("target", default)}


def _unescaped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unescaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    return value.replace("$$", "$") if isinstance(value, str) else value

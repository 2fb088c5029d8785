# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The Docker engine: its configuration, what it says of itself, its files, and who may ask it.

Source: CIS Docker Benchmark 1.7, sections 2 and 3, for what each file's mode may be.
"""

from __future__ import annotations

import grp
import json
import pwd
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.command import Run, runner
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding

RERUN = "run site.yml again"
GROUP = "docker"
# The widest mode of each file, where it is there. All are root's; sockets belong to those who may ask the engine.
FILES: Mapping[str, int] = {
    "/etc/docker": 0o755,
    "/etc/docker/daemon.json": 0o644,
    "/etc/default/docker": 0o644,
    "/etc/containerd": 0o755,
    "/usr/lib/systemd/system/docker.service": 0o644,
    "/usr/lib/systemd/system/docker.socket": 0o644,
    "/etc/systemd/system/docker.service.d": 0o755,
    "/var/lib/docker": 0o711,
    "/run/docker.sock": 0o660,
    "/run/containerd/containerd.sock": 0o660,
}
# What ``docker info`` must say, by its key; the last word of a security option is its state.
FACTS: Mapping[str, tuple[Any, str]] = {
    "LiveRestoreEnabled": (True, "containers run on while the engine restarts"),
    "LoggingDriver": ("json-file", "the caps of the containers' logs are this driver's"),
    "Swarm": ("inactive", "an engine that is part of a swarm takes orders from others"),
}
OPTIONS: Mapping[str, str] = {
    "no-new-privileges": "set-user-ID programs in containers make nobody root",
    "seccomp": "system calls that no container needs are refused",
}


def _said(info: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of ``docker info``, and options: its security options by name."""
    named = [dict(part.partition("=")[::2] for part in each.split(",")) for each in info.get("SecurityOptions") or ()]
    return {
        "LiveRestoreEnabled": info.get("LiveRestoreEnabled"),
        "LoggingDriver": info.get("LoggingDriver"),
        "Swarm": (info.get("Swarm") or {}).get("LocalNodeState"),
        "options": {each["name"]: each.get("profile", "") for each in named if "name" in each},
    }


def _name(lookup: Callable[[int], Any], number: int) -> str:
    """Return the name of a user or a group, its number where it has none."""
    try:
        return str(lookup(number)[0])
    except KeyError:
        return str(number)


def _files(root: Path) -> dict[str, dict[str, Any]]:
    found = {}
    for name in FILES:
        path = root / name.lstrip("/")
        if path.exists():
            state = path.stat()
            owner, group = _name(pwd.getpwuid, state.st_uid), _name(grp.getgrgid, state.st_gid)
            found[name] = {"mode": stat.S_IMODE(state.st_mode), "owner": owner, "group": group}
    return found


def _members() -> list[str]:
    try:
        return sorted(grp.getgrnam(GROUP).gr_mem)
    except KeyError:
        return []


def _proxies(root: Path) -> int:
    """Return how many processes forward a published port."""
    return sum(_comm(path) == "docker-proxy" for path in (root / "proc").glob("[0-9]*/comm"))


def _comm(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""  # It ended since it was listed.


def observe(expect: Mapping[str, Any], run: Run | None = None, root: Path = Path("/")) -> dict[str, Any]:
    """Return daemon (its configuration file, or None), info (or error), files, members and proxies."""
    if "engine" not in expect:
        return {}
    try:
        daemon = json.loads((root / expect["engine"]["config"].lstrip("/")).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        daemon = None
    result = (run or runner())(["docker", "info", "--format", "{{json .}}"], "")
    told = {"info": _said(json.loads(result.out))} if result.status == 0 else {"error": result.message()}
    return {"daemon": daemon, "files": _files(root), "members": _members(), "proxies": _proxies(root), **told}


def _settings(wanted: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    if not isinstance(seen["daemon"], dict):
        yield Finding(
            path="engine", value=wanted["config"], rule="must be a JSON file with the plan's keys", hint=RERUN
        )
        return
    for name, value in wanted["settings"].items():
        if seen["daemon"].get(name) != value:
            yield Finding(path=f"engine.{name}", value=seen["daemon"].get(name), rule=f"must be {value}", hint=RERUN)


def _facts(seen: Mapping[str, Any]) -> Iterator[Finding]:
    if "error" in seen:
        yield Finding(path="engine", value=seen["error"], rule="must answer", hint="systemctl status docker")
        return
    hint = "systemctl restart docker, then run site.yml again"
    for name, (value, why) in FACTS.items():
        if seen["info"][name] != value:
            yield Finding(path=f"engine.{name}", value=seen["info"][name], rule=f"must be {value}: {why}", hint=hint)
    for name, why in OPTIONS.items():
        state = seen["info"]["options"].get(name)
        if state is None or state == "unconfined":
            yield Finding(path=f"engine.{name}", value=state or "off", rule=f"must be on: {why}", hint=hint)


def differences(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what of the engine is not as planned; that others may ask it is a warning."""
    wanted, shown = expect.get("engine"), seen.get("engine")
    if not wanted or not shown:
        return
    yield from _settings(wanted, shown)
    yield from _facts(shown)
    if shown["proxies"] and wanted["settings"].get("userland-proxy") is False:
        rule, hint = "ports are published without a process for each", "restart the containers that publish ports"
        yield Finding(path="engine.userland-proxy", value=f"{shown['proxies']} docker-proxy", rule=rule, hint=hint)
    for name, state in shown["files"].items():
        groups = ("root", GROUP) if name.endswith(".sock") else ("root",)
        if state["mode"] & ~FILES[name] or state["owner"] != "root" or state["group"] not in groups:
            value = f"{state['mode']:04o} {state['owner']}:{state['group']}"
            rule = f"must be root's, {FILES[name]:04o} or less"
            yield Finding(path=name, value=value, rule=rule, hint=f"chown root {name}; chmod {FILES[name]:o} {name}")
    if shown["members"]:
        rule = f"whoever is in the group {GROUP} is root on the host"
        hint = f"gpasswd --delete NAME {GROUP}; use sudo"
        yield Finding(path=f"groups.{GROUP}", value=", ".join(shown["members"]), rule=rule, hint=hint, level=WARNING)

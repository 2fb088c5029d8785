# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the plan reads on the controller's disk: the Compose files, the env files, and what lies beside them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Project
from ansible_collections.holdfast.host.plugins.module_utils.compose.read import read
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.binds import own_services
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import LocalPath, Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.shipped import sources
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT, Stack, parse_stack
from ansible_collections.holdfast.host.plugins.plugin_utils.yaml_loader import load_yaml


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the plan of one declaration takes from the controller, as absolute paths.

    read: files whose content decides, as Compose files, env files and certificates. copied: files and directories that
    are copied to the host as they are. noticed: what is only looked at from outside, with whether it is a directory.
    """

    read: frozenset[Path] = frozenset()
    copied: frozenset[Path] = frozenset()
    noticed: Mapping[Path, bool]


def compose(
    stack: Stack, directory: str, opened: set[Path] | None = None
) -> tuple[Project | None, list[Finding]]:  # fmt: skip
    """Return the project of the declared Compose files, or None, and all findings.

    directory: where relative paths start from. opened: takes the path of every file that was read.
    """
    known = set() if opened is None else opened

    def load(path: str) -> object:
        value = load_yaml(path)
        known.add(Path(path))
        return value

    def read_text(path: str) -> str:
        text = Path(path).read_text(encoding="utf-8")
        known.add(Path(path))
        return text

    paths = [os.path.normpath(Path(directory).absolute() / path) for path in stack.compose]
    project, findings = read(paths, load=load, read_text=read_text, env=stack.variables, profiles=stack.profiles)
    hint = f"correct {', '.join(stack.compose)}"
    return project, [finding if finding.hint else replace(finding, hint=hint) for finding in findings]


def local_paths(project: Project) -> dict[str, LocalPath]:
    """Return what is there of what the project takes from beside the Compose file; other paths are the host's own."""
    services = project.services.values()
    named = {mount.source for service in services for mount in service.volumes if mount.type == "bind" and mount.source}
    named |= {each["file"] for each in (*project.secrets.values(), *project.configs.values()) if "file" in each}
    inside = {source for source in named if Path(source).is_relative_to(project.directory)}
    return {
        source: LocalPath(directory=Path(source).is_dir(), digest="")
        for source in sorted(inside)
        if Path(source).exists()
    }


def copied(wish: Wish) -> frozenset[str]:
    """Return the paths on the controller that are copied to the host."""
    return frozenset(source for name in own_services(wish) for source in sources(wish, name))


def _certificates(stack: Stack) -> dict[str, str]:
    if stack.tls.mode != "files":
        return {}
    named = {"certificate": stack.tls.certificate, "key": stack.tls.key}
    return {name: path for name, path in named.items() if path}


def tls_files(stack: Stack, directory: str) -> list[Finding]:
    """Return a finding for each declared certificate that is not there."""
    return [
        Finding(
            path=f"{ROOT}.tls.{name}",
            value=path,
            rule="must be a file beside the inventory",
            hint=f"looked in {directory}",
        )
        for name, path in _certificates(stack).items()
        if not Path(directory, path).is_file()
    ]


def seen(raw: Mapping[str, Any], directory: str) -> tuple[Seen, list[Finding]]:
    """Return what a plan of the declaration takes from the controller, and what keeps it from being read.

    raw: the declaration, plain values. directory: where its relative paths start from.
    """
    stack, findings = parse_stack(raw)
    if stack is None:
        return Seen(noticed={}), findings
    opened: set[Path] = set()
    project, of_compose = compose(stack, directory, opened)
    findings = [*findings, *of_compose, *tls_files(stack, directory)]
    if project is None:
        return Seen(noticed={}), findings
    there = local_paths(project)
    known = copied(Wish(stack=stack, project=project, local_paths=there)) & frozenset(there)
    # Normalized as the Compose paths are: two names of one file would be two files.
    opened |= {Path(os.path.normpath(Path(directory).absolute() / path)) for path in _certificates(stack).values()}
    noticed = {Path(path): local.directory for path, local in there.items() if path not in known}
    return Seen(read=frozenset(opened), copied=frozenset(map(Path, known)), noticed=noticed), findings

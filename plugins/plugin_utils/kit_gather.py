# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What goes into a recovery kit from the controller: the files that the plan read, and the inventory's variables."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.holdfast.host.plugins.module_utils.errors import errors, explain
from ansible_collections.holdfast.host.plugins.plugin_utils.beside import Seen, seen
from ansible_collections.holdfast.host.plugins.plugin_utils.kit import LARGEST_BYTES, KitError, encoded, inside
from ansible_collections.holdfast.host.plugins.plugin_utils.kit_files import unpack

ROLES = Path(__file__).resolve().parents[2] / "roles"
# What belongs to one run, to one checkout or to the address of the lost host. Secrets have their own place in a kit.
OF_A_RUN = frozenset(
    {
        "app_secrets",
        "edge_directory",
        "preflight_directory",
        "preflight_picture_file",
        "preflight_plan_file",
        "preflight_provided",
        "preflight_show",
        "preflight_size",
        "preflight_stack",
        "stores_secrets_provided",
        "verify_checklist",
        "verify_names",
        "verify_outside",
        "verify_show",
    }
)
# Where the kit lies and what opens it.
OF_THE_KIT = "backup_kit_"


def _seen(raw: Mapping[str, Any], directory: str) -> Seen:
    found, findings = seen(raw, directory)
    wrong = errors(findings)
    if wrong:
        raise KitError(f"the files of the declaration cannot be read:\n{explain(wrong)}")
    return found


def _below(path: Path) -> Iterator[Path]:
    """Yield what is in a directory, as it is copied to the host: a link to a file is the file."""
    for each in sorted(path.rglob("*")):
        if each.is_symlink() and each.is_dir():
            raise KitError(f"{each} is a link to a directory, which a kit cannot hold: put the directory there")
        yield each


def _read(path: Path, mode: int | None) -> dict[str, str]:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise KitError(f"{path} is neither a file nor a directory, and a kit holds nothing else")
        if status.st_size > LARGEST_BYTES:
            size = f"{status.st_size >> 20} MiB, and a kit holds {LARGEST_BYTES >> 20} MiB at most"
            raise KitError(f"{path} is {size}: data belongs into a volume")
        # Its readers on the host need what the mode lets them; nobody needs bits beyond those.
        return encoded(path.read_bytes(), mode if mode is not None else status.st_mode & 0o777)
    except OSError as error:
        raise KitError(f"{error.filename}: {error.strerror}") from error


def _laid(found: Seen) -> tuple[dict[Path, dict[str, str]], set[Path]]:
    """Return files by their paths, and directories."""
    files = {path: _read(path, 0o600) for path in sorted(found.read)}
    directories: set[Path] = set()
    for path in sorted(found.copied):
        below = [path, *_below(path)] if path.is_dir() else [path]
        directories |= {each for each in below if each.is_dir()}
        files |= {each: _read(each, None) for each in below if not each.is_dir()}
    for path, directory in found.noticed.items():
        if directory:
            directories.add(path)
        elif path not in files:
            files[path] = encoded(b"", 0o600)
    return files, directories


def gather(raw: Mapping[str, Any], directory: str) -> dict[str, Any]:
    """Return the keys directory, directories and files of a kit. Raises KitError.

    raw: the declaration, plain values. directory: where its relative paths start from. Before they are returned the
    files are laid out elsewhere and read again: what a plan would not find there has no place in a kit.
    """
    start = Path(os.path.normpath(Path(directory).absolute()))
    found = _seen(raw, str(start))
    files, directories = _laid(found)
    root = Path(os.path.commonpath([start, *(path.parent for path in files), *directories]))
    part = {
        "directory": start.relative_to(root).as_posix(),
        "directories": sorted({path.relative_to(root).as_posix() for path in {start, *directories} - {root}}),
        "files": {path.relative_to(root).as_posix(): entry for path, entry in files.items()},
    }
    total = sum(len(entry.get("text") or entry.get("base64") or "") for entry in files.values())
    if total > LARGEST_BYTES:
        largest = max(files, key=lambda path: path.stat().st_size)
        limit = f"a kit holds {LARGEST_BYTES >> 20} MiB at most"
        raise KitError(f"what the stack takes from {root} is {total >> 20} MiB, and {limit}; the largest is {largest}")
    _rehearse(raw, part, _relative(found, root))
    return part


def _relative(found: Seen, root: Path) -> set[str]:
    """Return what was seen, each path relative to a root, or as it is where it is not below it."""
    named = [("read", found.read), ("copied", found.copied), ("noticed", frozenset(found.noticed))]
    inner = [(how, path, path.is_relative_to(root)) for how, paths in named for path in paths]
    return {f"{how} {path.relative_to(root) if below else path}" for how, path, below in inner}


def _rehearse(raw: Mapping[str, Any], part: Mapping[str, Any], wanted: set[str]) -> None:
    wild = [name for name in (*part["files"], *part["directories"]) if not inside(name)]
    if wild:
        raise KitError(f"{wild[0]!r} is no name that a kit can hold")
    with tempfile.TemporaryDirectory() as place:
        root = Path(place).resolve()
        unpack(part, root, {})
        again = _relative(_seen(raw, str(root / part["directory"])), root)
    lost = sorted(wanted ^ again)
    if lost:
        path = lost[0].partition(" ")[2]
        rule = "a kit is opened in another place, so the declaration and the Compose files must name a relative one"
        raise KitError(f"{path} is found by an absolute path; {rule}")


def defaults(roles: Path = ROLES) -> dict[str, Any]:
    """Return the default of every variable that a role's argument specs name, as it is written; None without one."""
    found: dict[str, Any] = {}
    for specs in sorted(roles.glob("*/meta/argument_specs.yml")):
        written = yaml.safe_load((specs.parents[1] / "defaults/main.yml").read_text(encoding="utf-8")) or {}
        for entry in yaml.safe_load(specs.read_text(encoding="utf-8"))["argument_specs"].values():
            found |= {name: written.get(name) for name in entry.get("options", {})}
    return found


def chosen(variables: Mapping[str, Any], roles: Path = ROLES) -> list[str]:
    """Return the roles' variables that the inventory sets. variables: those of a task, as they are written.

    A value that was not templated yet is compared with the default as it is written: what a default comes to, differs
    from host to host.
    """
    return [
        name
        for name, default in sorted(defaults(roles).items())
        if name in variables and variables[name] != default and name not in OF_A_RUN and not name.startswith(OF_THE_KIT)
    ]


def collected(variables: Mapping[str, Any], resolve: Callable[[Any], Any], roles: Path = ROLES) -> dict[str, Any]:
    """Return the variables of a kit by name, resolved. resolve: value as it is written to plain value."""
    declared = "preflight_stack" if "preflight_stack" in variables else "holdfast_stack"
    named = {"holdfast_stack": declared} | {name: name for name in chosen(variables, roles)}
    return {name: resolve(variables[source]) for name, source in named.items() if source in variables}


def derived(plan: Mapping[str, Any]) -> list[str]:
    """Return the files on the host that the roles make from secrets: they are made again, and are none themselves."""
    files = plan["secret_files"]
    return sorted({each["path"] for name in ("stores_env", "app_env") for each in files.get(name, ())})


def secrets(plan: Mapping[str, Any], own: Mapping[str, str], held: Mapping[str, str], *, check: bool) -> dict[str, str]:
    """Return every secret of a kit by name; what lies on the host, wins over what is given.

    own: what the user gives. held: what lies on the host. check: nothing was made yet, so none is missed. Raises
    KitError where one that the plan asks for is nowhere.
    """
    found = {**own, **held}
    missing = sorted({secret["name"] for secret in plan["secret_files"]["names"]} - set(found))
    if missing and not check:
        raise KitError(f"the host has no secret {', '.join(missing)} yet: run site.yml to its end")
    return found

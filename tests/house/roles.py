# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Rules for roles: their parts, lengths, names and tasks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible.playbook.block import Block
from ansible.playbook.handler import Handler
from ansible.playbook.role_include import IncludeRole
from ansible.playbook.task_include import TaskInclude

PARTS = ("README.md", "meta/argument_specs.yml", "defaults/main.yml", "tasks/main.yml")
# A role is read in five minutes.
LENGTHS = ((r"tasks/main\.yml", 40), (r"tasks/.*\.yml", 100), (r"defaults/.*\.yml", 80))
INCLUDES = frozenset(f"ansible.builtin.{verb}_{what}" for verb in ("import", "include") for what in ("tasks", "role"))
ROLE_INCLUDES = frozenset({"ansible.builtin.import_role", "ansible.builtin.include_role"})
SHARED = frozenset({"holdfast_stack", "holdfast_plan"})
BLOCKS = ("block", "rescue", "always")
# Everything that a task may hold besides its module.
KEYWORDS = frozenset(
    name
    for kind in (Block, Handler, IncludeRole, TaskInclude)
    for name in kind.fattributes
    if name not in {"action", "args"}
) | {"args"}


def missing_parts(files: Iterable[str]) -> list[str]:
    """Return the parts that a role with these files has not."""
    return sorted(set(PARTS) - set(files))


def too_long(path: str, text: str) -> list[str]:
    """Return what is wrong with the length of a role's file. path: relative to the role."""
    lines = len(text.splitlines())
    for pattern, limit in LENGTHS:
        if re.fullmatch(pattern, path):
            return [f"{lines} lines, at most {limit}"] if lines > limit else []
    return []


def unequal_defaults(specs: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[str]:
    """Return where a role's argument specs and its defaults differ, in both directions."""
    options: dict[str, Any] = {}
    for entry in specs["argument_specs"].values():
        options |= entry.get("options", {})
    found = [f"{name}: in the defaults only" for name in defaults if name not in options]
    for name, option in options.items():
        if "default" not in option:
            if name in defaults:
                found.append(f"{name}: the spec has no default")
        elif name not in defaults:
            found.append(f"{name}: in the specs only")
        elif option["default"] != defaults[name] or type(option["default"]) is not type(defaults[name]):
            found.append(f"{name}: {option['default']!r} in the specs, {defaults[name]!r} in the defaults")
    return found


def untyped(options: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the options of a spec that accept anything."""
    for name, option in options.items():
        if option.get("type", "str") == "raw" or option.get("elements") == "raw":
            yield f"{prefix}{name}: type raw accepts anything"
        yield from untyped(option.get("options", {}), f"{prefix}{name}.")


def uncommented(text: str) -> list[str]:
    """Return the variables of a defaults file that no comment stands above."""
    lines = text.splitlines()
    return [
        f"{line.partition(':')[0]}: no comment above"
        for number, line in enumerate(lines)
        if re.match(r"\w+:", line) and not (number and lines[number - 1].startswith("#"))
    ]


def foreign_names(names: Iterable[str], prefix: str) -> list[str]:
    """Return the names that do not begin with the prefix."""
    return [f"{name}: does not begin with {prefix}" for name in names if not name.startswith(prefix)]


def flatten(tasks: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield blocks and the tasks inside them, outermost first."""
    for task in tasks or ():
        yield task
        for part in BLOCKS:
            yield from flatten(task.get(part, ()))


def module_of(task: Mapping[str, Any]) -> str | None:
    """Return the module of a task, None for a block. A second unknown key is for Ansible to report."""
    return next((key for key in task if key not in KEYWORDS and not key.startswith("with_")), None)


def names_set(task: Mapping[str, Any]) -> set[str]:
    """Return the variables that a task sets: register, loop variables, set_fact and vars."""
    control = task.get("loop_control", {})
    loops = "loop" in task or any(key.startswith("with_") for key in task)
    names = {control.get("loop_var", "item")} if loops else set()
    names |= {control[key] for key in ("index_var", "extended_loop_var") if key in control}
    names |= {task["register"]} if "register" in task else set()
    names |= set(task.get("vars", {})) | set(task.get("ansible.builtin.set_fact", {})) - {"cacheable"}
    return names


def task_names(role: str, task: Mapping[str, Any]) -> list[str]:
    """Return the names that a task sets and that are not private to its role. A called role's own names may be set."""
    allowed = [f"__{role}_", "ansible_"]
    called = next((task[key] for key in ROLE_INCLUDES if key in task), None)
    if called:
        allowed.append(str(called["name"]).rpartition(".")[2] + "_")
    found = sorted(name for name in names_set(task) if name not in SHARED and not name.startswith(tuple(allowed)))
    return [f"{task.get('name', '?')}: {name} does not begin with __{role}_" for name in found]


def task_rules(task: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a task: short module names, ignored errors, long conditions."""
    label = task.get("name", "?")
    module = module_of(task)
    found = []
    if module is not None and module.count(".") < 2:
        found.append(f"{label}: {module} is no full name")
    if any(key.startswith("with_") for key in task):
        found.append(f"{label}: loop, not with_")
    if "ignore_errors" in task or "ignore_unreachable" in task:
        found.append(f"{label}: ignores errors; say with failed_when or rescue what is tolerated")
    if task.get("failed_when") is False:
        found.append(f"{label}: failed_when: false tolerates everything")
    when = task.get("when", [])
    if isinstance(when, list) and len(when) > 2:
        found.append(f"{label}: {len(when)} clauses in when, at most 2")
    return found


def more_than_imports(tasks: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the entries of a tasks/main.yml that do more than import or include."""
    return [
        f"{task.get('name', '?')}: does more than import" for task in tasks or () if module_of(task) not in INCLUDES
    ]


def unexplained_shell(text: str) -> list[str]:
    """Return the uses of shell without a comment inside or right above their task."""
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines):
        if re.match(r"\s*(- )?ansible\.builtin\.shell:", line):
            start = next((at for at in range(number, -1, -1) if lines[at].lstrip().startswith("- ")), 0)
            if not any(re.search(r"(^|\s)#", before) for before in lines[max(start - 1, 0) : number]):
                found.append(f"line {number + 1}: shell without a reason")
    return found

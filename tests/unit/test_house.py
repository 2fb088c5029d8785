# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The house keeps its rules. Each rule is a function of tests/house; here they meet the files of the checkout."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house import python, roles, templates, words
from tests.house.checkout import ROOT, matching, parsed, says, text, told, tracked
from tools import docs

# Functions over the limit, by path and name, each with its reason.
LONG_FUNCTIONS: dict[tuple[str, str], str] = {}
# Files over the limit, by path, each with its reason.
LONG_FILES: dict[str, str] = {}
ROLES = sorted({path.parts[1] for path in tracked() if path.parts[0] == "roles"})
TASK_FILES = [*matching("roles/*/tasks/**/*.yml"), *matching("roles/*/handlers/**/*.yml")]
PLAYS = [*matching("playbooks/**/*.yml"), *matching("molecule/**/*.yml"), Path("site.yml")]
PYTHON = matching("**/*.py")
DOMAIN = matching("plugins/module_utils/**/*.py")


def each(paths: Iterable[Path]) -> pytest.MarkDecorator:
    """Return a parametrization over files, named by their paths."""
    return pytest.mark.parametrize("path", [pytest.param(path, id=str(path)) for path in paths])


each_role = pytest.mark.parametrize("role", ROLES)


@each_role
def test_a_role_has_all_its_parts(role: str) -> None:
    base = Path("roles", role)
    found = says(base, roles.missing_parts(str(path.relative_to(base)) for path in matching(f"roles/{role}/**")))
    assert not found, told(found)


@each_role
def test_a_role_is_used_by_a_scenario(role: str) -> None:
    name = f"holdfast.host.{role}"
    assert name in scenario_roles(), f"no molecule scenario uses the role {role}"


@cache
def scenario_roles() -> frozenset[str]:
    """Return the roles that scenarios use, directly or through a playbook of the collection."""
    seen: set[str] = set()
    todo = set(matching("molecule/**/*.yml"))
    done: set[Path] = set()
    while todo - done:
        path = (todo - done).pop()
        done.add(path)
        for word in text(path).replace('"', " ").split():
            if word.startswith("holdfast.host."):
                seen.add(word)
                todo |= set(matching(f"playbooks/{word.removeprefix('holdfast.host.')}.yml"))
    return frozenset(seen)


@pytest.mark.parametrize("scenario", sorted({path.parent for path in matching("molecule/*/molecule.yml")}), ids=str)
def test_a_scenario_converges_and_verifies(scenario: Path) -> None:
    # Molecule passes over a playbook that is not there.
    for playbook in ("converge.yml", "verify.yml"):
        assert scenario / playbook in tracked(), f"{scenario} has no {playbook}"


@each_role
def test_defaults_equal_the_specs(role: str) -> None:
    specs = Path("roles", role, "meta/argument_specs.yml")
    found = says(specs, roles.unequal_defaults(parsed(specs), parsed(Path("roles", role, "defaults/main.yml"))))
    for entry in parsed(specs)["argument_specs"].values():
        found += says(specs, roles.untyped(entry.get("options", {})))
    assert not found, told(found)


@each_role
def test_a_default_is_explained_and_public(role: str) -> None:
    path = Path("roles", role, "defaults/main.yml")
    found = says(path, roles.uncommented(text(path)) + roles.foreign_names(parsed(path), f"{role}_"))
    assert not found, told(found)


@each_role
def test_variables_of_a_role_are_private(role: str) -> None:
    found = []
    for path in matching(f"roles/{role}/vars/**/*.yml"):
        found += says(path, roles.foreign_names(parsed(path), f"__{role}_"))
    assert not found, told(found)


@each_role
def test_the_main_tasks_only_import(role: str) -> None:
    path = Path("roles", role, "tasks/main.yml")
    found = says(path, roles.more_than_imports(parsed(path)))
    assert not found, told(found)


@each_role
def test_a_role_is_short(role: str) -> None:
    base = Path("roles", role)
    found = []
    for path in matching(f"roles/{role}/**/*.yml"):
        found += says(path, roles.too_long(str(path.relative_to(base)), text(path)))
    assert not found, told(found)


@each(TASK_FILES)
def test_tasks_of_a_role(path: Path) -> None:
    found = roles.unexplained_shell(text(path))
    for task in roles.flatten(parsed(path)):
        found += roles.task_rules(task) + roles.task_names(path.parts[1], task)
    assert not found, told(says(path, found))


@each(PLAYS)
def test_tasks_of_a_playbook(path: Path) -> None:
    plays = parsed(path) if isinstance(parsed(path), list) else []
    sections = ("tasks", "pre_tasks", "post_tasks", "handlers")
    tasks = [task for play in plays for section in sections for task in roles.flatten(play.get(section, ()))]
    found = roles.unexplained_shell(text(path))
    for task in tasks:
        found += roles.task_rules(task)
    assert not found, told(says(path, found))


@each(matching("roles/*/templates/**"))
def test_a_template_says_whose_it_is_and_only_prints(path: Path) -> None:
    found = templates.bad_header(path.parts[1], path.name, text(path)) + templates.arithmetic(text(path))
    assert not found, told(says(path, found))


@each(PYTHON)
def test_python_is_short(path: Path) -> None:
    found = [] if str(path) in LONG_FILES else python.too_long(text(path))
    for name, lines in python.long_functions(ast.parse(text(path))):
        if (str(path), name) not in LONG_FUNCTIONS:
            found.append(f"{name}: {lines} lines, at most {python.MAX_FUNCTION}")
    assert not found, told(says(path, found))


def test_exceptions_are_still_needed() -> None:
    long = {(str(path), name) for path in PYTHON for name, _ in python.long_functions(ast.parse(text(path)))}
    assert set(LONG_FUNCTIONS) <= long
    assert set(LONG_FILES) <= {str(path) for path in PYTHON if python.too_long(text(path))}


@each(DOMAIN)
def test_the_domain_is_pure_and_in_order(path: Path) -> None:
    tree = ast.parse(text(path))
    found = python.impure_imports(tree) + python.wrong_order(Path(path.parts[2]).stem, tree)
    assert not found, told(says(path, found))


@cache
def fragments() -> dict[str, dict[str, Any]]:
    """Return the attributes of the documentation fragments by their full names."""
    found: dict[str, dict[str, Any]] = {}
    for path in matching("plugins/doc_fragments/*.py"):
        for name in ("DOCUMENTATION", "READ_ONLY"):
            suffix = "" if name == "DOCUMENTATION" else f".{name.lower()}"
            content = yaml.safe_load(python.constant(ast.parse(text(path)), name) or "{}")
            found[f"holdfast.host.{path.stem}{suffix}"] = content.get("attributes", {})
    return found


@each(path for path in matching("plugins/modules/*.py") if path.stem != "__init__")
def test_a_module_states_what_it_supports(path: Path) -> None:
    found = python.undocumented(python.constant(ast.parse(text(path)), "DOCUMENTATION"), fragments())
    assert not found, told(says(path, found))


@each(path for path in matching("plugins/action/*.py") if path.stem != "__init__")
def test_an_action_is_documented_by_its_module(path: Path) -> None:
    assert Path("plugins/modules", path.name) in tracked(), f"{path}: no module of the same name documents it"


def test_every_filter_file_has_documented_filters() -> None:
    sidecars = matching("plugins/filter/*.yml")
    files = [path for path in matching("plugins/filter/*.py") if path.stem != "__init__"]
    found = [f"{side}: no description" for side in sidecars if "description" not in parsed(side)["DOCUMENTATION"]]
    assert bool(sidecars) == bool(files), "filters and the pages beside them come together"
    assert not found, told(found)


SOURCES = [*matching("plugins/**/*.py"), *matching("tools/*.py")]


@each(path for path in SOURCES if python.behaves(ast.parse(text(path))))
def test_every_source_that_does_something_has_its_test(path: Path) -> None:
    mirror = Path("tests/unit", *path.parent.parts)
    found = [*matching(f"{mirror}/test_{path.stem}.py"), *matching(f"{mirror}/test_{path.stem}_*.py")]
    assert found, f"{path}: no test {mirror}/test_{path.stem}.py"


@each(matching("tests/**/test_*.py"))
def test_every_test_can_fail(path: Path) -> None:
    found = python.toothless(ast.parse(text(path)))
    assert not found, told(says(path, found))


@each(path for path in tracked() if path.name != "LICENSE")
def test_no_file_holds_what_only_one_machine_knows(path: Path) -> None:
    found = list(words.forbidden((ROOT / path).read_bytes().decode("utf-8", "replace")))
    assert not found, told(says(path, found))


def test_a_checkout_finds_its_own_collection() -> None:
    link = ROOT / "collections/ansible_collections/holdfast/host"
    assert link.is_symlink()
    assert link.readlink() == Path("../../..")
    assert link.resolve() == ROOT


def test_generated_pages_are_fresh() -> None:
    found = [str(path.relative_to(ROOT)) for path in docs.stale(docs.pages(ROOT))]
    assert not found, told([f"{path}: stale, run `make docs`" for path in found])


def test_nothing_is_skipped() -> None:
    lists = [
        parsed(Path(".ansible-lint"))["skip_list"],
        *(text(path).split() for path in matching("tests/sanity/ignore-*.txt")),
    ]
    assert not any(lists), "linters and sanity tests have no exceptions"

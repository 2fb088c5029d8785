# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Rules for Python: lengths, what the domain may import and in which order, documented plugins, tests that can fail."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

MAX_FILE = 250
MAX_FUNCTION = 40
DOMAIN = "ansible_collections.holdfast.host.plugins.module_utils"
# A layer imports itself and what stands before it. Names are those of files and packages, or what they begin with.
LAYERS = (("errors", "units"), ("compose", "host"), ("spec",), ("tier",), ("plan",), ("render",))
ATTRIBUTES = ("check_mode", "diff_mode", "idempotent")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
ASSERTING_CALLS = frozenset({"raises", "warns", "fail"})


def too_long(text: str) -> list[str]:
    """Return whether a file is too long."""
    lines = len(text.splitlines())
    return [f"{lines} lines, at most {MAX_FILE}"] if lines > MAX_FILE else []


def long_functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the name and the lines of each function that is too long."""
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION:
                yield node.name, lines


def behaves(tree: ast.AST) -> bool:
    """Return whether a file does anything: one of constants and plain dataclasses does not."""
    return any(isinstance(node, FUNCTIONS) for node in ast.walk(tree))


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield every module that is imported, dotted; for ``from a import b`` both a and a.b, for b may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def impure_imports(tree: ast.AST) -> list[str]:
    """Return the imports of a domain file that are neither the standard library's nor the domain's own."""
    found = []
    for name in imported(tree):
        inside = name == DOMAIN or name.startswith(f"{DOMAIN}.")
        if not inside and name.partition(".")[0] not in sys.stdlib_module_names:
            found.append(f"imports {name}: neither standard library nor domain")
    return found


def layer_of(name: str) -> int | None:
    """Return the place of a domain file or package in the order, None where it has none. name: its first path part."""
    for place, starts in enumerate(LAYERS):
        if any(name == start or name.startswith((f"{start}_", f"{start}s")) for start in starts):
            return place
    return None


def wrong_order(name: str, tree: ast.AST) -> list[str]:
    """Return the imports of a domain file that come from a later layer. name: as for layer_of."""
    own = layer_of(name)
    if own is None:
        return []
    parts = [
        module.removeprefix(f"{DOMAIN}.").partition(".")[0]
        for module in imported(tree)
        if module.startswith(f"{DOMAIN}.")
    ]
    return [f"{name} imports {part}, a later layer" for part in sorted(set(parts)) if (layer_of(part) or 0) > own]


def constant(tree: ast.AST, name: str) -> str | None:
    """Return a string that is assigned to a name anywhere in a file or a class, None where it is not."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
            and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        ):
            return node.value.value
    return None


def undocumented(documentation: str | None, fragments: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the attributes whose support a plugin does not state. fragments: attributes by full fragment name."""
    if documentation is None:
        return ["has no DOCUMENTATION"]
    parsed = yaml.safe_load(documentation)
    stated: dict[str, Any] = {}
    used = parsed.get("extends_documentation_fragment", [])
    for source in (
        *(fragments.get(name, {}) for name in ([used] if isinstance(used, str) else used)),
        parsed.get("attributes", {}),
    ):
        for name, attribute in source.items():
            stated[name] = stated.get(name, {}) | attribute
    return [f"does not state its support of {name}" for name in ATTRIBUTES if "support" not in stated.get(name, {})]


def _asserts(node: ast.AST, asserting: frozenset[str]) -> bool:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert):
            return True
        if isinstance(inner, ast.Call):
            called = inner.func.attr if isinstance(inner.func, ast.Attribute) else getattr(inner.func, "id", "")
            if called in asserting or called.startswith("assert_"):
                return True
    return False


def toothless(tree: ast.Module) -> list[str]:
    """Return the tests that assert nothing, neither themselves nor through a helper in the same file."""
    functions = [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    asserting = ASSERTING_CALLS
    while more := {node.name for node in functions if _asserts(node, asserting)} - asserting:
        asserting |= more
    tests = [node for node in functions if node.name.startswith("test_")]
    found = [f"{node.name} asserts nothing" for node in tests if node.name not in asserting]
    return found if tests else ["has no test"]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Write the pages that are generated: a README for each role from its argument specs, and the stack file's reference.

usage: python -m tools.docs [--check]

With ``--check`` nothing is written; the names of stale or missing pages are printed and the exit code is 1. The output
depends on the sources alone, so a second run changes nothing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
NOTICE = "<!-- Generated from {source} by `make docs`; edit that file instead. -->"


def paragraphs(text: Any) -> list[str]:
    """Return a description, which the specs give as a string or a list of strings, as a list."""
    return [str(text)] if isinstance(text, str) else [str(part) for part in text or []]


def cell(text: str) -> str:
    """Return text that fits a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def type_of(option: Mapping[str, Any]) -> str:
    """Return the type of an option for people: ``list of dict``."""
    kind = str(option.get("type", "str"))
    return f"{kind} of {option['elements']}" if "elements" in option else kind


def default_of(option: Mapping[str, Any]) -> str:
    """Return the default of an option as code, or the word required."""
    if option.get("required"):
        return "required"
    if "default" not in option:
        return ""
    value = option["default"]
    return f"`{cell(value if isinstance(value, str) and value else json.dumps(value))}`"


def rows(options: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield a table row for each option in the order of the file; options of a dict follow it as ``dict.key``."""
    for name, option in options.items():
        text = " ".join(paragraphs(option.get("description")))
        if "choices" in option:
            text += " One of " + ", ".join(f"`{choice}`" for choice in option["choices"]) + "."
        yield f"| `{prefix}{name}` | {type_of(option)} | {default_of(option)} | {cell(text)} |"
        marker = "[]." if option.get("type") == "list" else "."
        yield from rows(option.get("options", {}), f"{prefix}{name}{marker}")


def entry_point(name: str, spec: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of one entry point of a role. ``main`` is the role itself and has no heading of its own."""
    if name != "main":
        yield from ["", f"## {name}.yml", "", f"{spec['short_description']}."]
    for paragraph in paragraphs(spec.get("description")):
        yield from ["", paragraph]
    options = spec.get("options", {})
    if options:
        heading = "## Variables" if name == "main" else "### Variables"
        yield from ["", heading, "", "| variable | type | default | what it is |", "|---|---|---|---|", *rows(options)]


def role_readme(role: str, specs: Mapping[str, Any]) -> str:
    """Return the README of a role. specs: the content of its meta/argument_specs.yml."""
    entries = specs["argument_specs"]
    lines = [
        NOTICE.format(source="meta/argument_specs.yml"),
        "",
        f"# holdfast.host.{role}",
        "",
        f"{entries['main']['short_description']}.",
    ]
    for name in sorted(entries, key=lambda name: (name != "main", name)):
        lines += entry_point(name, entries[name])
    return "\n".join(lines) + "\n"


def stack_file() -> str:
    """Return the reference of the stack file, which the schema itself writes."""
    from ansible_collections.holdfast.host.plugins.module_utils.spec import stack  # noqa: PLC0415  # needs sys.path

    reference: str = stack.reference()
    return NOTICE.format(source="plugins/module_utils/spec/") + "\n\n" + reference.strip() + "\n"


def security_page() -> str:
    """Return the page about security, which its rows of data write."""
    from tools import security  # noqa: PLC0415  # needs sys.path

    return NOTICE.format(source="plugins/module_utils/plan/hardening/") + "\n\n" + security.page(ROOT)


def faults_page() -> str:
    """Return the page about faults of backups, from what was seen of them."""
    from tools import faults  # noqa: PLC0415  # needs sys.path

    return NOTICE.format(source="docs/bench/faults.json") + "\n\n" + faults.page(ROOT)


# Pages that are not a role's README, and who writes each.
PAGES: dict[str, Callable[[], str]] = {
    "docs/stack-file.md": stack_file,
    "docs/security.md": security_page,
    "docs/faults.md": faults_page,
}


def pages(root: Path) -> dict[Path, str]:
    """Return every generated page of a checkout with the text it must have."""
    found = {root / path: write() for path, write in PAGES.items()}
    for specs in sorted(root.glob("roles/*/meta/argument_specs.yml")):
        role = specs.parent.parent
        found[role / "README.md"] = role_readme(role.name, yaml.safe_load(specs.read_text(encoding="utf-8")))
    return found


def stale(wanted: Mapping[Path, str]) -> list[Path]:
    """Return the pages that are missing or read otherwise."""
    return [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def main(arguments: Sequence[str]) -> int:
    """Write the stale pages, or only name them with ``--check``. Return the exit code."""
    sys.path.insert(0, str(ROOT / "collections"))
    wanted = pages(ROOT)
    found = stale(wanted)
    for path in found:
        print(path.relative_to(ROOT))
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
    return int(bool(found) and "--check" in arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

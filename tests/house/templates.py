# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Rules for templates: a managed header, and no arithmetic."""

from __future__ import annotations

import re

from jinja2 import Environment, nodes

HEADER = re.compile(r"\{\{-?\s*ansible_managed\s*\|\s*comment(\(.*\))?\s*-?\}\}")
STATEMENT = re.compile(r"\{%.*%\}\s*")
ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)
# JSON has no comments.
WITHOUT_COMMENTS = (".json", ".json.j2")


def bad_header(role: str, path: str, text: str) -> list[str]:
    """Return what is wrong with the first two lines of a role's template, as they are printed.

    Jinja statements on lines of their own print nothing and may come first, and so may the interpreter of a script.
    """
    if path.endswith(WITHOUT_COMMENTS):
        return []
    lines = [line for line in text.splitlines() if not STATEMENT.fullmatch(line)]
    if lines and lines[0].startswith("#!"):
        del lines[0]
    found = []
    if not lines or not HEADER.fullmatch(lines[0].strip()):
        found.append("the first line is not {{ ansible_managed | comment }}")
    if len(lines) < 2 or not re.search(rf"\b{re.escape(role)}\b", lines[1]):
        found.append(f"the second line does not name the role {role}")
    return found


def arithmetic(text: str) -> list[str]:
    """Return the places where a template calculates. Raises jinja2.TemplateSyntaxError for what is no template."""
    tree = Environment(autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"]).parse(text)
    return [f"line {node.lineno}: {type(node).__name__.lower()} in a template" for node in tree.find_all(ARITHMETIC)]

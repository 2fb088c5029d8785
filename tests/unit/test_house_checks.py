# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Every rule of the house can fail: each meets a sample that breaks it and one that keeps it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from tests.house import python, roles, templates, words

UTIL = python.DOMAIN
SPEC = {
    "argument_specs": {
        "main": {"options": {"web_port": {"type": "int", "default": 80}, "web_name": {"required": True}}}
    }
}
DOCUMENTED = "attributes: {check_mode: {support: full}, diff_mode: {support: full}, idempotent: {support: full}}"
FRAGMENTS = {
    "x.y.all": {"check_mode": {"support": "full"}, "diff_mode": {"support": "N/A"}, "idempotent": {"support": "full"}}
}
HEADER = "{{ ansible_managed | comment }}\n"


def tasks(rule: Callable[[Mapping[str, Any]], list[str]]) -> Callable[[str], list[str]]:
    """Return a rule for one task as a rule for the YAML of tasks."""
    return lambda source: [finding for task in roles.flatten(yaml.safe_load(source)) for finding in rule(task)]


def tree(rule: Callable[[ast.Module], Any]) -> Callable[[str], list[Any]]:
    """Return a rule for parsed Python as a rule for its text."""
    return lambda source: list(rule(ast.parse(source)))


# Rule, a sample that breaks it, one that keeps it.
CASES: dict[str, tuple[Callable[[Any], Any], Any, Any]] = {
    "a part is missing": (roles.missing_parts, roles.PARTS[1:], (*roles.PARTS, "vars/main.yml")),
    "main is long": (lambda text: roles.too_long("tasks/main.yml", text), "-\n" * 41, "-\n" * 40),
    "tasks are long": (lambda text: roles.too_long("tasks/run.yml", text), "-\n" * 101, "-\n" * 100),
    "defaults are long": (lambda text: roles.too_long("defaults/main.yml", text), "-\n" * 81, "-\n" * 80),
    "a default differs": (lambda have: roles.unequal_defaults(SPEC, have), {"web_port": 81}, {"web_port": 80}),
    "a default has another type": (
        lambda have: roles.unequal_defaults(SPEC, have),
        {"web_port": 80.0},
        {"web_port": 80},
    ),
    "a default is missing": (lambda have: roles.unequal_defaults(SPEC, have), {}, {"web_port": 80}),
    "a default has no spec": (
        lambda have: roles.unequal_defaults(SPEC, have),
        {"web_port": 80, "web_host": ""},
        {"web_port": 80},
    ),
    "a required option has a default": (
        lambda have: roles.unequal_defaults(SPEC, have),
        {"web_port": 80, "web_name": "x"},
        {"web_port": 80},
    ),
    "an option is raw": (
        lambda kind: list(roles.untyped({"web_x": {"type": "dict", "options": {"y": {"type": kind}}}})),
        "raw",
        "str",
    ),
    "a list is raw": (lambda kind: list(roles.untyped({"web_x": {"type": "list", "elements": kind}})), "raw", "str"),
    "a default is not explained": (roles.uncommented, "---\nweb_port: 80\n", "---\n# Where.\nweb_port: 80\n"),
    "a default is another's": (lambda names: roles.foreign_names(names, "web_"), ["port"], ["web_port"]),
    "main does work": (
        lambda text: roles.more_than_imports(yaml.safe_load(text)),
        "[{ansible.builtin.command: id}]",
        "[{ansible.builtin.import_tasks: run.yml}]",
    ),
    "main holds a block": (
        lambda text: roles.more_than_imports(yaml.safe_load(text)),
        "[{block: []}]",
        "[{ansible.builtin.include_role: {name: x}}]",
    ),
    "a register is public": (
        tasks(lambda task: roles.task_names("web", task)),
        "[{register: out}]",
        "[{register: __web_out}]",
    ),
    "a loop is named item": (
        tasks(lambda task: roles.task_names("web", task)),
        "[{loop: []}]",
        "[{loop: [], loop_control: {loop_var: __web_x}}]",
    ),
    "a fact is public": (
        tasks(lambda task: roles.task_names("web", task)),
        "[{ansible.builtin.set_fact: {web_x: 1}}]",
        "[{ansible.builtin.set_fact: {holdfast_plan: 1, __web_x: 1}}]",
    ),
    "a variable is public": (
        tasks(lambda task: roles.task_names("web", task)),
        "[{block: [{vars: {x: 1}}]}]",
        "[{ansible.builtin.include_role: {name: a.b.db}, vars: {db_x: 1}}]",
    ),
    "a module has a short name": (
        tasks(roles.task_rules),
        "[{command: id}]",
        "[{ansible.builtin.command: id, become: true}]",
    ),
    "a short name hides": (
        tasks(roles.task_rules),
        "[{block: [], rescue: [{debug: {}}]}]",
        "[{block: [], rescue: []}]",
    ),
    "errors are ignored": (
        tasks(roles.task_rules),
        "[{a.b.c: {}, ignore_errors: true}]",
        "[{a.b.c: {}, failed_when: x.rc > 1}]",
    ),
    "nothing fails": (tasks(roles.task_rules), "[{a.b.c: {}, failed_when: false}]", "[{a.b.c: {}}]"),
    "a loop is old": (tasks(roles.task_rules), "[{a.b.c: {}, with_items: []}]", "[{a.b.c: {}, loop: []}]"),
    "a condition is long": (tasks(roles.task_rules), "[{a.b.c: {}, when: [a, b, c]}]", "[{a.b.c: {}, when: [a, b]}]"),
    "a shell has no reason": (
        roles.unexplained_shell,
        "- name: X\n  ansible.builtin.shell: a | b\n",
        "# The tool reads a pipe only.\n- name: X\n  ansible.builtin.shell: a | b\n",
    ),
    "a template has no header": (
        lambda text: templates.bad_header("web", "a.conf", text),
        "# Role: web\n",
        HEADER + "# Role: web\n",
    ),
    "a template names no role": (
        lambda text: templates.bad_header("web", "a.conf", text),
        HEADER + "# Role: webs\n",
        "{% if x %}\n" + HEADER + "# Role: web\n",
    ),
    "a script has no header": (
        lambda text: templates.bad_header("web", "a.sh", text),
        "#!/bin/sh\necho\n",
        "#!/bin/sh\n" + HEADER + "# Role: web\n",
    ),
    "a dump has no header": (lambda name: templates.bad_header("web", name, "{{ x }}\n"), "a.yaml", "a.json"),
    "a template adds": (templates.arithmetic, "{{ a + 1 }}", "{{ a ~ '1 + 1' -}}"),
    "a template divides": (templates.arithmetic, "{% set x = (a | int) // 2 %}", "{% set x = a | int -%} 4 / 2"),
    "a template subtracts": (templates.arithmetic, "{% if a-b %}{% endif %}", "{%- if a -%}{%- endif -%}"),
    "a template multiplies": (
        templates.arithmetic,
        "{% for x in a * 2 %}{% endfor %}",
        "{% for x in a[:-1] %}{% endfor %}",
    ),
    "a file is long": (python.too_long, "x\n" * 251, "x\n" * 250),
    "a function is long": (tree(python.long_functions), "def f():\n" + "    x\n" * 40, "def f():\n" + "    x\n" * 39),
    "a source does something": (
        lambda text: python.behaves(ast.parse(text)),
        "class A:\n    def f(self): ...\n",
        "class A:\n    x: int\n",
    ),
    "the domain knows Ansible": (tree(python.impure_imports), "from ansible.errors import E", "from json import loads"),
    "the domain knows YAML": (tree(python.impure_imports), "def f():\n    import yaml", "import math"),
    "the domain knows adapters": (
        tree(python.impure_imports),
        f"from {UTIL.replace('module_utils', 'plugin_utils')} import planner",
        f"from {UTIL}.units import KIB",
    ),
    "the domain imports relatively": (tree(python.impure_imports), "from ..modules import x", f"import {UTIL}.units"),
    "units know the plan": (
        tree(lambda parsed: python.wrong_order("units", parsed)),
        f"from {UTIL}.plan.build import x",
        f"from {UTIL}.errors import x",
    ),
    "the spec knows tiers": (
        tree(lambda parsed: python.wrong_order("spec", parsed)),
        f"from {UTIL} import tiers",
        f"from {UTIL}.compose.model import x",
    ),
    "tiers know the plan": (
        tree(lambda parsed: python.wrong_order("tier", parsed)),
        f"import {UTIL}.plan.model",
        f"from {UTIL}.spec.model import x",
    ),
    "the plan knows rendering": (
        tree(lambda parsed: python.wrong_order("plan", parsed)),
        f"from {UTIL}.render import x",
        f"from {UTIL}.tiers import x",
    ),
    "a plugin is undocumented": (lambda text: python.undocumented(text, FRAGMENTS), None, DOCUMENTED),
    "a plugin states nothing": (
        lambda text: python.undocumented(text, FRAGMENTS),
        "attributes: {check_mode: {support: full}}",
        "extends_documentation_fragment: [x.y.all]",
    ),
    "a test asserts nothing": (
        tree(python.toothless),
        "def test_x():\n    f()\n",
        "def test_x():\n    g()\ndef g():\n    assert f()\n",
    ),
    "a file tests nothing": (tree(python.toothless), "def x():\n    assert 1\n", "def test_x():\n    assert 1\n"),
    "an index is named": (
        lambda text: list(words.forbidden(text)),
        "see https://pypi" + ".org/simple",
        "see https://example.org",
    ),
    "an archive is named": (lambda text: list(words.forbidden(text)), "deb.debian" + ".org", "www.example.org"),
    "a machine's path": (lambda text: list(words.forbidden(text)), "cd /wor" + "k/main", "cd /var/lib/network/main"),
    "a page that is not here": (lambda text: list(words.forbidden(text)), "see the iss" + "ue", "see the page"),
}


@pytest.mark.parametrize(("rule", "broken", "kept"), CASES.values(), ids=CASES)
def test_a_rule_finds_what_breaks_it_and_nothing_else(rule: Callable[[Any], Any], broken: Any, kept: Any) -> None:
    assert rule(broken)
    assert not rule(kept)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""tree, in a real play on this machine: the template module is the judge of what is rendered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PLAY = """
- hosts: all
  gather_facts: false
  roles: [{role: demo}]
"""
TASKS = """
- name: Render the tree
  holdfast.host.tree:
    root: "{{ out }}"
    owner: "{{ uid }}"
    group: "{{ gid }}"
    exclude: ["*/inc.txt"]
    modes: [{path: "*/a.conf", mode: "0600"}]
  vars: {who: "{{ other }}", other: world}
  register: demo_tree

- name: Render one as the template module does
  ansible.builtin.template:
    src: etc/a.conf
    dest: "{{ out }}.judge"
    mode: "0600"
  vars: {who: "{{ other }}", other: world}
  when: judge is defined

- name: Tell
  ansible.builtin.copy:
    content: "{{ demo_tree | to_json }}"
    dest: "{{ out }}.json"
    mode: "0600"
  check_mode: false
"""
TEMPLATE = """{{ ansible_managed | comment }}
hello {{ who }} \\n
{% for item in items_of %}
{{ item }} {{ item | type_debug }}
{% endfor %}
{% include 'inc.txt' %}

{{ {'b': [1, true, items_of]} | to_nice_yaml }}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    texts = {
        "play.yml": PLAY,
        "ansible.cfg": "",
        "roles/demo/tasks/main.yml": TASKS,
        "roles/demo/defaults/main.yml": 'items_of: ["{{ other | default(1) }}", 2]\nswitch: true\n',
        "roles/demo/templates/etc/a.conf": TEMPLATE,
        "roles/demo/templates/etc/inc.txt": "included\n",
        "roles/demo/templates/etc/switched.conf.j2": "{% if switch %}\non\n{% endif %}\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def play(site: Path, *options: str, **variables: Any) -> tuple[str, dict[str, Any]]:
    out = str(site / "out")
    given = {"out": out, "uid": str(os.getuid()), "gid": str(os.getgid()), "ansible_python_interpreter": sys.executable}
    collections = next(entry for entry in sys.path if (Path(entry) / "ansible_collections/holdfast").is_dir())
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": collections,
        "ANSIBLE_CONFIG": str(site / "ansible.cfg"),
        "ANSIBLE_LOCAL_TEMP": str(site / "tmp"),
        "ANSIBLE_NOCOLOR": "1",
    }
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    inventory = ["-i", "localhost,", "-c", "local", "-e", json.dumps({**given, **variables})]
    command = [program, *inventory, *options, str(site / "play.yml")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    told = Path(f"{out}.json")
    return done.stdout + done.stderr, json.loads(told.read_text()) if told.exists() else {}


def test_check_real_check_real_changed(site: Path) -> None:
    a, switched = f"{site}/out/etc/a.conf", f"{site}/out/etc/switched.conf"
    text, foreseen = play(site, "--check", "--diff")
    assert foreseen["paths"] == [f"{site}/out", f"{site}/out/etc", a, switched], text
    assert not (site / "out").exists()
    assert "+hello world" in text
    _, done = play(site, judge=True)
    assert done["paths"] == foreseen["paths"]
    assert set(done["hashes"]) == {a, switched}
    assert Path(a).read_text() == (site / "out.judge").read_text()
    assert (Path(a).stat().st_mode & 0o777, Path(switched).stat().st_mode & 0o777) == (0o600, 0o644)
    for options in (["--check"], []):
        _, again = play(site, *options)
        assert (again["changed"], again["paths"], again["hashes"]) == (False, [], done["hashes"])
    _, off = play(site, switch=False)
    assert off["paths"] == [switched]
    assert switched not in off["hashes"]
    assert not Path(switched).exists()


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("one\n{{ nowhere }}\n", "bad.conf, line 2: 'nowhere' is undefined"),
        ("one\n{% if %}\n", "bad.conf:2"),
    ],
)
def test_an_error_names_file_and_line(site: Path, template: str, told: str) -> None:
    (site / "roles/demo/templates/etc/bad.conf").write_text(template)
    text, _ = play(site)
    assert told in text
    assert not (site / "out").exists()

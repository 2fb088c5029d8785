# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The Pythons that a host may have, as far as they are to be had here, and modules as Ansible would send them."""

from __future__ import annotations

import base64
import io
import json
import shutil
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import ansible
from ansible.executor.module_common import modify_module
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar

from tests.house.checkout import ROOT

PACKAGE = "ansible_collections.holdfast.host.plugins"
# The lab's image of this name brings a Python that few machines have.
IMAGE = "holdfast-lab/python"


@cache
def command(version: str) -> tuple[str, ...]:
    """Return how a Python is called: of the PATH, of pyenv, or of the lab's image; empty where there is none."""
    name = f"python{version}"
    places = [shutil.which(name), *sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/{name}"), reverse=True)]
    for place in places:
        # pyenv's shims stand on the PATH also for versions that are not selected, and then fail.
        if place and _is(version, (str(place),)):
            return (str(place),)
    inside = ("docker", "run", "--rm", "--interactive", "--network=none", _image(), name)
    return inside if _image() and _is(version, inside) else ()


def _image() -> str:
    if not shutil.which("docker"):
        return ""
    words = ["docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", IMAGE]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout.partition("\n")[0] if done.returncode == 0 else ""


def _is(version: str, words: tuple[str, ...]) -> bool:
    asks = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([*words, "-c", asks], capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return False
    return done.stdout.strip() == version


def run(version: str, script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a script that comes by standard input, as Ansible sends it through a pipe."""
    done = [*command(version), "-B", "-", *words]
    return subprocess.run(done, input=script, capture_output=True, text=True, timeout=120, check=False)


def sent(asked: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the script that Ansible would send in check mode for each module of ours, with all that it imports.

    asked: arguments by module. They are made by a process of their own: Ansible leaves archives open.
    """
    words = [sys.executable, "-m", "tests.pythons"]
    done = subprocess.run(words, cwd=ROOT, input=json.dumps(asked), capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def bundle() -> bytes:
    """Return an archive of every file of ours that may be sent to a host, and of what Ansible sends with each."""
    kept, held = io.BytesIO(), Path(ansible.__file__).parent
    ours = [*ROOT.glob("plugins/modules/*.py"), *ROOT.glob("plugins/module_utils/**/*.py")]
    files = {f"{PACKAGE.replace('.', '/')}/{path.relative_to(ROOT / 'plugins')}": path for path in ours}
    files |= {str(path.relative_to(held.parent)): path for path in held.glob("module_utils/**/*.py")}
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ansible/__init__.py", "")
        # In an archive a directory without such a file is no package, unless it has an entry of its own.
        above = {str(parent) for name in files for parent in Path(name).parents[:-1]}
        for name in sorted(
            {f"{directory}/__init__.py" for directory in above} - files.keys() - {"ansible/__init__.py"}
        ):
            archive.writestr(name, "")
        for name, path in files.items():
            archive.write(path, name)
    return kept.getvalue()


def names() -> list[str]:
    """Return the dotted names of our files that may be sent to a host."""
    paths = [*ROOT.glob("plugins/modules/*.py"), *ROOT.glob("plugins/module_utils/**/*.py")]
    dotted = (str(path.relative_to(ROOT / "plugins")).removesuffix(".py").replace("/", ".") for path in paths)
    return sorted(f"{PACKAGE}.{name.removesuffix('.__init__')}" for name in dotted)


# The files as an archive at the head of the path.
HAVE = """
import base64, sys, tempfile
archive = tempfile.NamedTemporaryFile(suffix=".zip")
archive.write(base64.b64decode({archive!r})); archive.flush()
sys.path[:0] = [archive.name]
"""
IMPORTER = """
import importlib, traceback
for name in {names!r}:
    try:
        importlib.import_module(name)
    except BaseException:
        print(name, traceback.format_exc())
"""


def importer() -> str:
    """Return a script that imports every file of ours that may be sent to a host and prints what fails."""
    return having(IMPORTER.format(names=names()))


def having(script: str) -> str:
    """Return a script in front of which our files can be imported."""
    return HAVE.format(archive=base64.b64encode(bundle()).decode()) + script


def _built(module: str, arguments: dict[str, Any], loader: DataLoader) -> str:
    given = arguments | {"_ansible_check_mode": True, "_ansible_diff": True, "_ansible_no_log": False}
    given |= {"_ansible_remote_tmp": "/tmp", "_ansible_keep_remote_files": False}  # noqa: S108
    built = modify_module(
        module_name=f"holdfast.host.{module}",
        module_path=str(ROOT / f"collections/ansible_collections/holdfast/host/plugins/modules/{module}.py"),
        module_args=given,
        templar=Templar(loader=loader),
        task_vars={"ansible_python_interpreter": "/usr/bin/python3", "ansible_facts": {}},
        shell_plugin=mock.Mock(_IS_WINDOWS=False),
    )
    return bytes(built.b_module_data).decode()


if __name__ == "__main__":
    init_plugin_loader([str(ROOT / "collections")])
    asks = json.load(sys.stdin)
    sys.stdout.write(json.dumps({name: _built(name, given, DataLoader()) for name, given in asks.items()}))

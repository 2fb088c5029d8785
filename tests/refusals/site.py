# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Inventories with something wrong in them, and what site.yml says to them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests import systems
from tests.lab.hosts import Host
from tests.lab.paths import KEY, KNOWN_HOSTS, ROOT
from tests.lab.shell import run

SYSTEM = "pydotorg"
RUN_SECONDS = 300
# As errors.explain prints a finding; the callback indents all lines alike.
FINDING = re.compile(
    r"^ *\d+\. (?P<path>\S.*)\n(?: +value: (?P<value>.*)\n)?(?: +rule: +(?P<rule>.*)\n)(?: +hint: +(?P<hint>.*)\n)?",
    re.MULTILINE,
)
TASK = re.compile(r"^TASK \[(.*)\] \*+$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A finding as it was printed; an empty text for what was not."""

    path: str
    value: str
    rule: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A run that ended. tasks: the headings of those that began."""

    status: int
    output: str
    tasks: list[str]
    findings: dict[str, Told]


def inventory(
    place: Path, host: Host, change: Callable[[dict[str, Any]], None], *, user: str = "root",
    **variables: Any,
) -> Path:  # fmt: skip
    """Write an inventory of one host with the declaration of pydotorg after ``change``; return its directory."""
    variables |= {
        "ansible_user": user,
        "ansible_ssh_private_key_file": str(KEY),
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={KNOWN_HOSTS} -o IdentitiesOnly=yes",
    }
    declared = systems.declared(SYSTEM)
    change(declared)
    groups = place / "group_vars/all"
    groups.mkdir(parents=True)
    shutil.copy(systems.directory(SYSTEM) / "compose.yaml", place)
    shutil.copy(systems.DOCKER, groups)
    said = {"holdfast_stack": declared, "app_secrets": systems.given(SYSTEM)}
    (groups / "stack.yml").write_text(yaml.safe_dump(said), encoding="utf-8")
    (groups / "host.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
    hosts = {"all": {"hosts": {host.name: {"ansible_host": host.address}}}}
    (place / "hosts.yml").write_text(yaml.safe_dump(hosts), encoding="utf-8")
    return place


def findings(output: str) -> dict[str, Told]:
    """Return the findings that were printed, by path."""
    told = (
        Told(**{key: value or "" for key, value in match.groupdict().items()}) for match in FINDING.finditer(output)
    )
    return {each.path: each for each in told}


def environment() -> Mapping[str, str]:
    """Return the environment of a run: headings are printed as tasks begin, and lines as they are."""
    return {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "1"}


def site(place: Path, *words: str, playbook: str = "site.yml") -> Answer:
    """Run a playbook with an inventory. Raises TimeoutExpired."""
    done = subprocess.run(
        ["ansible-playbook", playbook, "-i", str(place), *words], cwd=ROOT, env=environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=RUN_SECONDS, check=False,
    )  # fmt: skip
    tasks = [name.removeprefix("holdfast.host.") for name in TASK.findall(done.stdout)]
    return Answer(status=done.returncode, output=done.stdout, tasks=tasks, findings=findings(done.stdout))


class Provision:
    """A run of site.yml in the background; it ends where its block is left."""

    def __init__(self, place: Path) -> None:
        """Start it with an inventory."""
        self.log = place.with_suffix(".log")
        with self.log.open("w", encoding="utf-8") as file:
            self.process = subprocess.Popen(
                ["ansible-playbook", "site.yml", "-i", str(place)], cwd=ROOT, env=environment(),
                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def __enter__(self) -> Provision:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(RUN_SECONDS)

    def wait(self) -> int:
        """Return the exit status. Raises TimeoutExpired."""
        return self.process.wait(RUN_SECONDS)


def digest(host: Host) -> list[str]:
    """Return what a host is, one line a thing."""
    script = (Path(__file__).parent / "host_digest.py").read_text(encoding="utf-8")
    return run(["docker", "exec", "--interactive", host.container, "python3", "-B", "-"], stdin=script).splitlines()

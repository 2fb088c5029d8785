# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The hosts that are judged: containers and virtual machines of the lab, stock and ours."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from tests import systems
from tests.lab import vms
from tests.lab.hosts import Host, find
from tests.lab.machines import down, up
from tests.lab.paths import KEY, KNOWN_HOSTS, ROOT
from tests.lab.shell import LabError
from tests.lab.ssh import command

STOCK, OURS = "hardened-stock", "hardened"
OWN_STOCK, OWN_OURS = "kernel-stock", "kernel-hardened"
# What makes the machine and its edge; stores and application are other benches' matter.
ROLES = "baseline,hardening,firewall,docker,edge"


def host(name: str) -> Host:
    """Return a host of the lab, a container or a virtual machine."""
    return vms.VMS.get(name) or find(name)


def on(name: str, words: str, allowed: Sequence[int] = (0,)) -> str:
    """Return what a command printed on a host. Raises LabError where it fails."""
    line = [*command(host(name), "root"), f"nice -n 5 sh -c '{words}'" if "'" not in words else "sh -s"]
    given = words if "'" in words else None
    done = subprocess.run(line, input=given, capture_output=True, text=True, timeout=3600, check=False)
    if done.returncode not in allowed:
        raise LabError(f"{name}: {words[:60]}: {done.stderr[-2000:]}")
    return done.stdout


def site(name: str, given: Mapping[str, Any] | None = None) -> list[str]:
    """Return ansible-playbook's words for a host by the inventory of a system. given: variables that win over it."""
    options = f"-o UserKnownHostsFile={KNOWN_HOSTS} -o IdentitiesOnly=yes"
    words = ["-i", f"{host(name).address},"]
    words += [word for file in (systems.DOCKER, systems.LAB / "system.yml") for word in ("-e", f"@{file}")]
    words += ["-e", "preflight_show=false", "-e", f"ansible_ssh_private_key_file={KEY}"]
    words += ["-e", f"preflight_directory={systems.directory('pydotorg')}"]
    # The last one wins.
    words += ["-e", json.dumps(given or {})]
    return [*words, "-u", "root", "--ssh-common-args", options]


def provision(name: str, given: Mapping[str, Any] | None = None) -> None:
    """Make a host ours with the roles. given: as of site(). Raises CalledProcessError where it fails."""
    words = ["ansible-playbook", "site.yml", "--tags", ROLES, *site(name, given)]
    subprocess.run(words, cwd=ROOT, env=dict(os.environ), check=True)


def make() -> None:
    """Make both containers anew, and one of them ours."""
    for name in (STOCK, OURS):
        down(find(name))
    up([find(STOCK), find(OURS)])
    provision(OURS)


def with_disk() -> dict[str, Any]:
    """Return the variables of a machine that has an encrypted disk for what containers keep.

    Emulated, a change and a login take more than the time in which the one has to be confirmed by the other.
    """
    stack = systems.declared("pydotorg", systems.lab_repositories()) | {"data": {"device": vms.DATA_DEVICE}}
    patient = {f"{role}_login_timeout_seconds": 180 for role in ("hardening", "firewall")}
    return {"holdfast_stack": stack} | patient


def make_machines(names: Sequence[str] = (OWN_STOCK, OWN_OURS)) -> None:
    """Make virtual machines anew, and one of them ours, with an encrypted disk."""
    for name in names:
        vms.down(vms.VMS[name])
        vms.up(vms.VMS[name])
    provision(OWN_OURS, with_disk())

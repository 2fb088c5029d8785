# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What only a machine with a kernel of its own can show: the encrypted disk over reboots, audit, AppArmor, the clock.

Under software emulation all of it takes a quarter of an hour and more. AS_IS=1: on the machine as it stands.
"""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.bench.security import hosts
from tests.lab import vms
from tests.lab.paths import ROOT
from tests.lab.shell import scaled, wait_until

MACHINE = vms.VMS[hosts.OWN_OURS]
DATA, KEY = "/var/lib/docker", "/etc/holdfast/secrets/data_volume"
MOUNTED = f"findmnt --noheadings --output SOURCE,FSTYPE {DATA}"
NGINX = "pydotorg-edge-nginx-1"
# What verify's paths of the machine itself begin with; those of hardening are files.
OURS = ("/", "kernel", "volume", "packages", "firewall", "engine", "sshd")
# Not from its standard input, which it takes where that is no terminal.
RECORDS = "ausearch --input-logs --start recent --comm userdel"


def on(words: str, *allowed: int) -> str:
    """Return what the machine's root sees. Raises LabError."""
    return hosts.on(MACHINE.name, words, (0, *allowed)).strip()


def playbook(name: str, *words: str) -> str:
    """Run a playbook against the machine and return what it said, whether it went well or not."""
    line = ["ansible-playbook", name, *hosts.site(MACHINE.name, hosts.with_disk()), *words]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def findings() -> list[str]:
    """Return the paths of what verify complains of; never none, for the stack's stores are not there."""
    said = playbook("holdfast.host.verify")
    assert "The host differs from its plan" in said, said[-3000:]
    found: list[str] = re.findall(r"^\s*\d+\. (\S+)$", said, re.MULTILINE)
    return found


def boot() -> None:
    """Cut the power, and have the machine start again."""
    vms.halt(MACHINE)
    vms.up(MACHINE)
    # Its status tells of failed units, which a test looks at.
    on("systemctl is-system-running --wait", 1)


@pytest.fixture(scope="module", autouse=True)
def machine() -> None:
    """Have the machine, ours, with an encrypted disk."""
    if not os.environ.get("AS_IS"):
        hosts.make_machines([hosts.OWN_OURS])
    vms.up(MACHINE)


def test_what_containers_keep_is_encrypted() -> None:
    assert on(MOUNTED).split() == ["/dev/mapper/holdfast-data", "ext4"]
    assert on(f"cryptsetup isLuks --type luks2 {vms.DATA_DEVICE} && echo yes") == "yes"
    assert "aes-xts" in on("cryptsetup status holdfast-data")
    assert on(f"stat --format %a:%U {KEY}") == "400:root"


def test_a_second_run_changes_nothing() -> None:
    said = playbook("site.yml", "--tags", hosts.ROLES)
    assert re.search(r"changed=0 .*unreachable=0 .*failed=0", said), said[-3000:]


def test_audit_records_a_change_of_accounts() -> None:
    assert re.search(r"^enabled [12]$", on("auditctl -s"), re.MULTILINE)
    assert len(on("auditctl -l").splitlines()) > 20
    on("useradd --no-create-home seen && userdel seen")
    wait_until("the record", lambda: "userdel" in on(RECORDS, 1), seconds=scaled(30))


def test_containers_are_confined_by_apparmor() -> None:
    assert on("aa-enabled") == "Yes"
    assert on(f"docker inspect --format {{{{.AppArmorProfile}}}} {NGINX}") == "docker-default"
    process = on(f"docker inspect --format {{{{.State.Pid}}}} {NGINX}")
    assert on(f"cat /proc/{process}/attr/current") == "docker-default (enforce)"


def test_the_clock_is_looked_after() -> None:
    assert on("timedatectl show --property NTP --value") == "yes"


def test_verify_finds_the_machine_as_planned() -> None:
    """Of stores and application, which are not there, it complains; of the machine itself it does not."""
    found = findings()
    assert [path for path in found if path.startswith(OURS)] == []


def test_after_a_power_cut_all_of_it_is_there_again() -> None:
    before = on("cat /proc/sys/kernel/random/boot_id")
    boot()
    assert on("cat /proc/sys/kernel/random/boot_id") != before
    assert on(MOUNTED).split() == ["/dev/mapper/holdfast-data", "ext4"]
    assert on("systemctl is-active docker auditd holdfast-firewall usbguard").split() == ["active"] * 4
    assert on("systemctl --failed --plain --no-legend") == ""
    wait_until("nginx", lambda: "healthy" in on(f"docker inspect --format {{{{.State.Health.Status}}}} {NGINX}"),
               seconds=scaled(120))  # fmt: skip
    test_containers_are_confined_by_apparmor()


def test_without_the_disks_key_the_machine_boots_and_no_store_starts_empty() -> None:
    # Synced: the power goes right after it.
    on(f"mv {KEY} {KEY}.aside; head -c 32 /dev/urandom | od -An -tx1 > {KEY}; sync")
    try:
        boot()
        assert on(MOUNTED, 1) == ""
        assert on("systemctl is-active docker.service", 3, 4) != "active"
        assert on(f"ls -A {DATA}") == ""
        assert "cryptsetup" in on("systemctl --failed --plain --no-legend")
        assert "volume" in findings()
    finally:
        on(f"mv {KEY}.aside {KEY}; sync")
    boot()
    assert on(MOUNTED).split() == ["/dev/mapper/holdfast-data", "ext4"]
    assert on("systemctl is-active docker.service") == "active"

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The golden file of sshd before the server itself: what it holds, and that it wins over a cloud's own drop-in."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan import sshd as planned
from ansible_collections.holdfast.host.plugins.module_utils.spec.access import Access
from ansible_collections.holdfast.host.plugins.module_utils.verify import sshd as verified
from tests.golden.systems import HERE
from tests.judges.conftest import Judge

SYSTEM = "pydotorg"
DROP_IN = "etc/ssh/sshd_config.d/00-holdfast.conf"
# As cloud images bring it: sshd keeps the first value that it reads.
CLOUD = "PasswordAuthentication yes\nPermitRootLogin yes\nKbdInteractiveAuthentication yes\n"
ASK = "mkdir -p /run/sshd && ssh-keygen -qA && cp /drop/* /etc/ssh/sshd_config.d/ && sshd -t && sshd -T"


def held(ask: Judge, directory: Path) -> tuple[int, dict[str, str], str]:
    """Return the exit status of sshd, its values by lower-case name, and what it complained of."""
    said = ask("host", ["sh", "-c", ASK], {directory: "/drop"})
    return said.returncode, verified.effective(said.stdout), said.stderr


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Return a directory of drop-ins: the golden one and a cloud's."""
    made = tmp_path / "drop"
    made.mkdir()
    shutil.copy(HERE / SYSTEM / DROP_IN, made)
    (made / "50-cloud-init.conf").write_text(CLOUD, encoding="utf-8")
    return made


@pytest.mark.parametrize("own", ["", "DenyUsers intern contractor-*\n"])
def test_sshd_holds_every_planned_value(ask: Judge, directory: Path, own: str) -> None:
    (directory / "90-own.conf").write_text(own, encoding="utf-8")
    status, values, complaints = held(ask, directory)
    assert (status, complaints) == (0, "")
    plan: dict[str, Any] = json.loads((HERE / f"{SYSTEM}.plan.json").read_text(encoding="utf-8"))
    expect = {"sshd": planned.expected(plan["hardening"]["sshd"])}
    assert list(verified.differences(expect, {"sshd": [{"who": "everybody", "values": values}]})) == []
    assert set(own.split()[1:]) <= set(values["denyusers"].split())


def test_a_list_without_ours_is_told(ask: Judge, directory: Path) -> None:
    drop_in = directory / "00-holdfast.conf"
    drop_in.write_text(re.sub(r"DenyUsers .*", "DenyUsers intern", drop_in.read_text(encoding="utf-8")))
    _, values, _ = held(ask, directory)
    expect = {"sshd": {"denyusers": list(planned.PROGRAMS)}}
    found = list(verified.differences(expect, {"sshd": [{"who": "everybody", "values": values}]}))
    assert [each.path for each in found] == ["sshd.denyusers"]


def test_a_file_that_comes_later_loses_and_is_told(ask: Judge, directory: Path) -> None:
    (directory / "00-holdfast.conf").rename(directory / "99-holdfast.conf")
    _, values, _ = held(ask, directory)
    assert values["passwordauthentication"] == "yes"


def test_a_spoiled_file_is_refused(ask: Judge, directory: Path) -> None:
    text = (directory / "00-holdfast.conf").read_text(encoding="utf-8")
    spoiled = re.sub(r"KexAlgorithms .*", "KexAlgorithms made-up-sha256", text)
    assert spoiled != text
    (directory / "00-holdfast.conf").write_text(spoiled, encoding="utf-8")
    status, _, complaints = held(ask, directory)
    assert status != 0
    assert "KexAlgorithms" in complaints or "Bad SSH2" in complaints


@pytest.mark.parametrize("version", ["8.9", "9.2", "9.6", "10.0"])
def test_every_versions_list_is_known_to_a_later_server(ask: Judge, directory: Path, version: str) -> None:
    rows = planned.settings(Access(), version)
    text = "".join(f"{each.name} {each.value}\n" for each in rows)
    (directory / "00-holdfast.conf").write_text(text, encoding="utf-8")
    status, _, complaints = held(ask, directory)
    assert (status, complaints) == (0, "")

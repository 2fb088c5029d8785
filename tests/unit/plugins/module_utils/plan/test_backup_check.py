# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.backup_check import findings
from tests.planning import wish

PLACE = {"host": "store.example.org", "user": "u1", "path": "/backups"}


@pytest.mark.parametrize(
    ("keys", "warned"),
    [
        ("ssh-ed25519 AAAAC3Nz", True),
        ("ecdsa-sha2-nistp256 AAAAE2Vj", False),
        ("ssh-ed25519 AAAAC3Nz\necdsa-sha2-nistp521 AAAAE2Vj\n", False),
    ],
)
def test_a_machine_without_its_ecdsa_key_is_pointed_at(keys: str, warned: bool) -> None:
    found = findings(wish(backup={"repositories": [{"sftp": {**PLACE, "host_key": keys}}]}))
    pointed = [each for each in found if each.path.endswith("repositories[0].sftp.host_key")]
    assert bool(pointed) is warned
    assert not [each for each in pointed if each.level != "warning"]

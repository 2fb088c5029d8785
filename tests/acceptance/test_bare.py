# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A bare host, before anything was done to it: check mode says what would change, and changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.acceptance import host_state
from tests.acceptance.playbook import well
from tests.acceptance.scenarios import Scenario
from tests.lab.catalogue import reference
from tests.lab.paths import IMAGES
from tests.lab.shell import run

NAMED = (
    "/etc/docker/daemon.json", "/etc/holdfast/stores/compose.yaml", "/etc/holdfast/stores/postgres/postgresql.conf",
    "/etc/holdfast/secrets/POSTGRES_SUPERUSER_PASSWORD", "/etc/holdfast/edge/nginx/nginx.conf",
    "/etc/holdfast/app/compose.yaml",
)  # fmt: skip
PACKAGES = ("docker.io", "docker-compose")


def state_of(scenario: Scenario) -> dict[str, Any]:
    """Return all that host_state covers, and the packet rules, which are read with the lab's own nft.

    host_state: every file below /etc, /usr, /opt, /srv, dpkg's and systemd's state and cron's spool, with mode and
    owner (Python's caches apart); packages, unit files, users, groups, names of processes (logins apart), network
    links, and which programs are installed.
    """
    script = Path(host_state.__file__).read_text(encoding="utf-8")
    state: dict[str, Any] = json.loads(scenario.inside("python3", "-", stdin=script))
    nft = ["--network", f"container:{scenario.row.container}", "--cap-add=NET_ADMIN", reference("tools", IMAGES), "nft"]
    return state | {"rules": run(["docker", "run", "--rm", *nft, "list", "ruleset"])}


def digest(state: dict[str, Any]) -> str:
    """Return the hash of a state."""
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def test_check_mode_names_what_would_change_and_changes_nothing(
    scenario: Scenario, figure: Callable[[str], None]
) -> None:
    before = state_of(scenario)
    assert before["programs"] == [], "the host is not bare"
    ended = well(scenario, "--check", "--diff")
    after = state_of(scenario)
    for path in NAMED:
        assert f"+++ after: {path}" in ended.output, path
    lines = ended.output.splitlines()
    for package in PACKAGES:
        assert f"+{package}" in lines, package
    assert ended.changed[scenario.host] > 0
    for part, value in before.items():
        assert after[part] == value, part
    assert digest(after) == digest(before)
    figure(
        f"bare host, --check --diff: {ended.tally}; state {digest(before)[:16]} of {len(before['files'])} files kept"
    )

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""nginx's settings follow the CPUs."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.tune_nginx import settings


@pytest.mark.parametrize(("cpus", "workers"), [(0.25, "1"), (1, "1"), (1.5, "2"), (2, "2"), (8, "8"), (64, "8")])
def test_workers(cpus: float, workers: str) -> None:
    values = {each.name: each.value for each in settings(cpus)}
    assert values["worker_processes"] == workers
    # A connection to a client and one to an upstream: two files each.
    assert int(values["worker_rlimit_nofile"]) >= 2 * int(values["worker_connections"])
    assert all(each.reason for each in settings(cpus))

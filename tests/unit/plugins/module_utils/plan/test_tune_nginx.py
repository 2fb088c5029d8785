# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""nginx's settings follow CPUs and memory, and what they allow fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan import tune_nginx
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB


def _values(cpus: float, limit: int) -> dict[str, str]:
    return {f"{each.context}.{each.name}": each.value for each in tune_nginx.settings(cpus, limit)}


@pytest.mark.parametrize(("cpus", "workers"), [(0.25, "1"), (1, "1"), (1.5, "2"), (2, "2"), (8, "8"), (64, "8")])
def test_workers(cpus: float, workers: str) -> None:
    assert _values(cpus, GIB)["main.worker_processes"] == workers


@given(st.floats(0.25, 128), st.integers(128 * MIB, 64 * GIB), st.integers(0, 64))
def test_what_is_allowed_fits(cpus: float, limit: int, upstreams: int) -> None:
    limit = max(limit, tune_nginx.memory(cpus)[0])
    assert tune_nginx.worst_bytes(cpus, limit, upstreams) <= limit
    chosen = tune_nginx.settings(cpus, limit, upstreams)
    assert chosen == tune_nginx.settings(cpus, limit, upstreams)
    assert all(each.reason and not set("\n#;") & set(each.value) for each in chosen)
    assert tune_nginx.connections(cpus, limit + 64 * MIB, upstreams) >= tune_nginx.connections(cpus, limit, upstreams)


@given(st.floats(0.25, 128))
def test_files_and_buffers_are_those_that_were_counted(cpus: float) -> None:
    limit, why = tune_nginx.memory(cpus)
    values = _values(cpus, limit)
    held = int(values["events.worker_connections"])
    assert int(values["main.worker_rlimit_nofile"]) >= 2 * held
    assert int(values["upstream.keepalive"]) < held
    count, each = values["http.proxy_buffers"].split()
    head = values["http.proxy_buffer_size"]
    answer = (int(count) * int(each.removesuffix("k")) + int(head.removesuffix("k"))) * KIB
    workers = int(values["main.worker_processes"])
    assert workers * held * (answer + tune_nginx.CONNECTION_BYTES) <= limit
    assert str(workers * held) in why

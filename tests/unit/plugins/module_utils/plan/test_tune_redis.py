# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Redis's and Valkey's settings: whatever a load does, the sum fits, and overrides are counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan.redis_overrides import size
from ansible_collections.holdfast.host.plugins.module_utils.plan.tune_redis import Store, Tuned, io_threads, tune
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, KIB, MIB

SERVERS = [("redis", 7), ("redis", 8), ("valkey", 8), ("valkey", 9)]
STORES = st.builds(
    lambda limit, use, persist, server, cpus: Store(
        limit=limit, use=use, persist=persist, server=server[0], version=server[1], cpus=cpus
    ),
    st.integers(64 * MIB, GIB) | st.integers(64 * MIB, 64 * GIB),
    st.sampled_from(["queue", "cache"]),
    st.booleans(),
    st.sampled_from(SERVERS),
    st.floats(0.25, 128),
)


def _values(tuned: Tuned) -> dict[str, str]:
    return {each.name: each.value for each in tuned.settings}


@given(STORES)
def test_the_sum_fits_and_is_what_is_written(store: Store) -> None:
    tuned = tune(store, {}, "p")
    values = _values(tuned)
    assert tuned.findings == []
    assert tuned.terms.total() <= store.limit
    assert all(each.reason and "\n" not in each.reason + each.value for each in tuned.settings)
    assert len(values) == len(tuned.settings)
    dataset = size(values["maxmemory"])
    # 0 means no bound to the server.
    assert dataset
    assert dataset == tuned.terms.dataset
    assert dataset * (2 if store.persist else 1) < store.limit
    assert size(values["maxmemory-clients"]) == tuned.terms.clients
    assert int(values["maxclients"]) * 32 * KIB <= max(tuned.terms.clients, 2 * MIB)
    assert size(values["repl-backlog-size"]) == tuned.terms.backlog
    words = values["client-output-buffer-limit"].split()
    assert [words[at] for at in (0, 4, 8)] == ["normal", "replica", "pubsub"]
    assert size(words[5]) is not None
    assert (size(words[5]) or 0) <= tuned.terms.replicas
    assert tune(store, {}, "p") == tuned


@given(STORES, st.integers(0, GIB))
def test_more_memory_is_never_less_data(store: Store, more: int) -> None:
    larger = Store(**{**vars(store), "limit": store.limit + more})
    assert tune(larger, {}, "p").terms.dataset >= tune(store, {}, "p").terms.dataset


@given(st.integers(64 * MIB, 64 * GIB))
def test_what_never_forks_has_much_more_of_its_limit(limit: int) -> None:
    kept = tune(Store(limit=limit, use="cache", persist=True), {}, "p").terms.dataset
    assert tune(Store(limit=limit, use="cache", persist=False), {}, "p").terms.dataset > 1.9 * kept


@pytest.mark.parametrize(("use", "policy"), [("queue", "noeviction"), ("cache", "allkeys-lru")])
def test_the_policy_follows_the_use(use: str, policy: str) -> None:
    assert _values(tune(Store(limit=GIB, use=use), {}, "p"))["maxmemory-policy"] == policy


@pytest.mark.parametrize(("cpus", "threads"), [(0.25, 1), (3.9, 1), (4, 3), (8, 6), (128, 8)])
def test_threads_follow_the_cpus(cpus: float, threads: int) -> None:
    assert io_threads(cpus) == threads


@pytest.mark.parametrize(("server", "version"), SERVERS)
def test_names_follow_the_server(server: str, version: int) -> None:
    values = _values(tune(Store(limit=GIB, use="queue", server=server, version=version), {}, "p"))
    renamed = (server, version) == ("valkey", 9)
    assert ("commandlog-execution-slower-than" in values) == renamed
    assert ("slowlog-log-slower-than" in values) != renamed
    assert ("io-threads-do-reads" in values) == ((server, version) == ("redis", 7))


def test_an_old_name_overrides_the_new_one() -> None:
    store = Store(limit=GIB, use="queue", server="valkey", version=9)
    values = _values(tune(store, {"slowlog-max-len": "5"}, "p"))
    assert values["slowlog-max-len"] == "5"
    assert "commandlog-slow-execution-max-len" not in values


def test_an_override_stands_once_and_says_so() -> None:
    tuned = tune(Store(limit=GIB, use="queue"), {"maxclients": "50", "timeout": "300"}, "p")
    names = [each.name for each in tuned.settings]
    assert len(names) == len(set(names))
    declared = {each.name: each.value for each in tuned.settings if each.reason == "declared"}
    assert declared == {"maxclients": "50", "timeout": "300"}


@pytest.mark.parametrize(
    ("planned", "overrides", "forks"),
    [
        (True, {"save": "", "appendonly": "no"}, False),
        (True, {"save": ""}, True),
        (False, {"save": ""}, False),
        (False, {"save": "60 1"}, True),
    ],
)
def test_persistence_that_is_declared_is_counted(planned: bool, overrides: dict[str, str], forks: bool) -> None:
    tuned = tune(Store(limit=GIB, use="cache", persist=planned), overrides, "p")
    assert tuned.terms.persist is forks
    assert tuned.findings == []


def test_an_empty_value_is_written_as_the_server_reads_it() -> None:
    assert _values(tune(Store(limit=GIB, use="queue"), {"save": ""}, "p"))["save"] == '""'

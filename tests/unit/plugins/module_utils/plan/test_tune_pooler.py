# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PgBouncer's sizes: they follow the CPUs and never exceed what the server behind it allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.plan.postgres_terms import Container
from ansible_collections.holdfast.host.plugins.module_utils.plan.tune_pooler import Pooler, tune, wanted
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import Pool
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB


def _container(cpus: float = 4, mode: str = "transaction", clients: int = 200, size: int | None = None) -> Container:
    pool = Pool(mode=mode, clients=clients, size=size)
    return Container(limit=4 * GIB, cpus=cpus, disk_bytes=GIB, storage="ssd", workload="web", pool=pool)


def _values(pooler: Pooler | None) -> dict[str, int]:
    assert pooler
    return {each.name: int(each.value) for each in pooler.settings if each.value.isdigit()}


def test_without_a_pool_there_is_none() -> None:
    container = Container(limit=GIB, cpus=2, disk_bytes=GIB, storage="ssd", workload="web")
    assert wanted(container, 3) is None
    assert tune(container, 50, 3, "p") == (None, [])


@pytest.mark.parametrize(
    ("container", "aim"),
    [
        (_container(cpus=0.25), 8),
        (_container(cpus=4), 16),
        (_container(cpus=64), 100),
        (_container(cpus=64, clients=12), 12),
        (_container(size=20), 24),
        (_container(mode="session"), 200),
        (_container(mode="session", size=10), 12),
    ],
)
def test_what_the_pool_aims_at(container: Container, aim: int) -> None:
    assert wanted(container, 3) == aim + 4 + 3
    pooler, found = tune(container, aim + 7, 3, "p")
    assert found == []
    assert pooler
    assert pooler.server_connections == aim


@given(
    st.builds(
        _container,
        cpus=st.floats(0.25, 128),
        mode=st.sampled_from(["transaction", "session"]),
        clients=st.integers(10, 10_000),
        size=st.none() | st.integers(1, 1000),
    ),
    st.integers(9, 2000),
)
def test_server_connections_stay_below_the_servers(container: Container, connections: int) -> None:
    pooler, _ = tune(container, connections, 3, "p")
    values = _values(pooler)
    assert pooler
    assert values["default_pool_size"] + values["reserve_pool_size"] == pooler.server_connections <= connections - 7
    assert values["max_db_connections"] == values["max_user_connections"] == pooler.server_connections
    assert values["default_pool_size"] >= 1
    assert container.pool
    assert values["max_client_conn"] > container.pool.clients
    assert all(each.reason for each in pooler.settings)
    assert pooler.as_dict()["settings"][0] == pooler.settings[0].as_dict()


def test_a_declared_size_is_kept_and_told() -> None:
    pooler, _ = tune(_container(size=20), 31, 3, "p")
    assert pooler
    (row,) = [each for each in pooler.settings if each.name == "default_pool_size"]
    assert (row.value, row.reason) == ("20", "declared")


def test_a_declared_size_that_does_not_fit_is_refused_with_the_number_that_does() -> None:
    _, (finding,) = tune(_container(size=50), 27, 3, "p")
    assert (finding.path, finding.value) == ("p.pool.size", 50)
    assert "max_connections 27 less 7" in finding.rule
    assert "at most 17" in finding.hint
    assert tune(_container(size=16), 27, 3, "p")[1] == []


def test_a_server_without_room_for_a_pool_is_refused() -> None:
    pooler, (finding,) = tune(_container(), 7, 3, "p")
    assert pooler
    assert finding.path == "p.pool.size"


def test_more_clients_take_more_memory() -> None:
    sizes = [tune(_container(clients=clients), 30, 3, "p")[0] for clients in (10, 1000, 10_000)]
    limits = [each.limit_bytes for each in sizes if each]
    assert limits == sorted(set(limits))
    assert all(limit % (16 * MIB) == 0 and limit >= 48 * MIB for limit in limits)

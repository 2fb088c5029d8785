# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What users declare for Redis: refused with numbers where it cannot fit."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.redis_overrides import size
from ansible_collections.holdfast.host.plugins.module_utils.plan.tune_redis import Store, tune
from ansible_collections.holdfast.host.plugins.module_utils.units import GIB, MIB


@pytest.mark.parametrize(
    ("value", "read"),
    [("100mb", 100 * MIB), ("1k", 1000), ("5000B", 5000), ("1gib", None), ("-1", None), ("", None), ("much", None)],
)
def test_a_size_is_read_as_the_server_reads_it(value: str, read: int | None) -> None:
    assert size(value) == read


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("maxmemory", "100gb", "107374182400"),
        ("maxmemory", "600mb", "629145600"),
        ("maxmemory", "0", "no bound"),
        ("maxmemory", "-1", "512mb"),
        ("maxmemory", "1gib", "512mb"),
        ("maxmemory", "", "a size"),
        ("maxmemory-clients", "0", "no bound"),
        ("maxmemory-clients", "99%", "1063004405"),
        ("repl-backlog-size", "2gb", "2147483648"),
        ("client-output-buffer-limit", "replica 2gb 1gb 60", "2147483648"),
        ("client-output-buffer-limit", "replica 2gb", "classes"),
        ("client-output-buffer-limit", "reader 2mb 1mb 60", "classes"),
        ("proto-max-bulk-len", "3 apples", "512mb"),
    ],
)
def test_what_cannot_fit_is_refused_with_numbers(name: str, value: str, said: str) -> None:
    (finding,) = tune(Store(limit=GIB, use="queue"), {name: value}, "p").findings
    assert finding.path == f"p.settings.{name}"
    assert finding.value == value
    assert said in finding.rule
    assert finding.hint


def test_the_hint_names_a_dataset_that_fits() -> None:
    store = Store(limit=GIB, use="queue")
    (finding,) = tune(store, {"maxmemory": "900mb"}, "p").findings
    most = tune(store, {}, "p").terms.dataset // MIB
    assert f"maxmemory {most}mb would fit" in finding.hint
    assert str(GIB) in finding.rule
    assert tune(store, {"maxmemory": f"{most}mb"}, "p").findings == []
    assert tune(store, {"maxmemory": f"{most + 2}mb"}, "p").findings


def test_a_dataset_that_does_not_fork_may_be_larger() -> None:
    overrides = {"maxmemory": "700mb", "save": "", "appendonly": "no"}
    assert tune(Store(limit=GIB, use="cache"), overrides, "p").findings == []
    assert tune(Store(limit=GIB, use="cache"), overrides | {"appendonly": "yes"}, "p").findings


def test_declared_clients_leave_less_for_data() -> None:
    store = Store(limit=GIB, use="queue")
    assert tune(store, {"maxmemory-clients": "25%"}, "p").terms.dataset < tune(store, {}, "p").terms.dataset


def test_a_container_that_is_too_small_says_so() -> None:
    (finding,) = tune(Store(limit=24 * MIB, use="queue"), {}, "p").findings
    assert finding.path == "p.memory"
    assert "no dataset fits" in finding.hint

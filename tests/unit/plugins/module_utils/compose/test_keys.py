# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The tables of keys: whole, without contradictions, each key with the kind that Compose gives it."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.compose import keys, services
from ansible_collections.holdfast.host.plugins.module_utils.compose.kinds import BAD, Kind
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report
from ansible_collections.holdfast.host.plugins.module_utils.errors import nearest

SERVICE = services.service_kind(services.Context(resolve=str, read_text=str, env={}, report=Report()))
# The keys of a service in the Compose specification. extends is gone before a service's keys are looked at.
SPECIFIED = """
annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name cpu_count
cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec depends_on deploy
develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose
external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation label_file labels links
logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models network_mode networks
oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged profiles provider
pull_policy read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal
storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes volumes_from working_dir
"""


def tables(module: ModuleType) -> Iterator[list[str]]:
    """Yield the keys that each dict display of a module writes down, those of ``_each`` included."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Dict):
            yield [name for key, value in zip(node.keys, node.values, strict=True) for name in written(key, value)]


def written(key: ast.expr | None, value: ast.expr) -> list[str]:
    """Return the names that one entry of a dict display stands for."""
    if isinstance(key, ast.Constant):
        return [str(key.value)]
    names = value.args[0] if isinstance(value, ast.Call) and value.args else None
    return str(names.value).split() if isinstance(names, ast.Constant) else []


@pytest.mark.parametrize("module", [keys, services])
def test_no_table_has_a_key_twice(module: ModuleType) -> None:
    found = list(tables(module))
    assert any("image" in table or "dns" in table for table in found)
    assert [name for table in found for name, times in Counter(table).items() if times > 1] == []


def test_a_key_has_one_kind_in_all_tables_of_a_service() -> None:
    own = next(table for table in tables(services) if "image" in table)
    assert [name for name, times in Counter([*own, *keys.EXTRA, *keys.UNSUPPORTED]).items() if times > 1] == []


def test_every_key_of_the_specification_has_a_kind_and_no_other_key_has() -> None:
    report = Report()
    SERVICE({"#": 1}, "p", report)
    assert [finding.hint for finding in report.findings] == ["known: " + ", ".join(SPECIFIED.split())]


@pytest.mark.parametrize(
    ("kind", "value", "path", "near"),
    [
        (SERVICE, {"comand": "x"}, "p.comand", "command"),
        (SERVICE, {"enviroment": {}}, "p.enviroment", "environment"),
        (SERVICE, {"workdir": "/"}, "p.workdir", "working_dir"),
        (keys.DEPLOY, {"replica": 1}, "p.replica", "replicas"),
        (keys.DEPLOY, {"resources": {"limit": {}}}, "p.resources.limit", "limits"),
        (keys.DEPENDENCY, {"condition": "service_started", "require": True}, "p.require", "required"),
        (keys.NETWORK_USE, {"alias": []}, "p.alias", "aliases"),
        (keys.VOLUME, {"drivver": "local"}, "p.drivver", "driver"),
        (keys.NETWORK, {"internl": True}, "p.internl", "internal"),
        (keys.SECRET, {"fil": "x"}, "p.fil", "file"),
        (keys.CONFIG, {"contents": "x"}, "p.contents", "content"),
        (keys.REFERENCE, {"source": "x", "targt": "y"}, "p.targt", "target"),
    ],
)
def test_an_unknown_key_brings_the_nearest_one(kind: Kind, value: Any, path: str, near: str) -> None:
    report = Report()
    kind(value, "p", report)
    assert [(finding.path, finding.hint) for finding in report.findings] == [(path, f"did you mean {near!r}?")]


@pytest.mark.parametrize(("word", "near"), [("service", "services"), ("volume", "volumes"), ("secret", "secrets")])
def test_the_keys_at_the_top_are_found_by_their_look(word: str, near: str) -> None:
    assert nearest(word, keys.TOP) == f"did you mean {near!r}?"


@pytest.mark.parametrize(
    ("key", "level"), [(key, "warning" if key == "develop" else "error") for key in keys.UNSUPPORTED]
)
def test_what_is_not_supported_is_told_and_left_out(key: str, level: str) -> None:
    report = Report()
    assert not SERVICE({key: "x"}, "p", report).get(key)
    assert [(finding.path, finding.level) for finding in report.findings] == [(f"p.{key}", level)]


@pytest.mark.parametrize(
    ("kind", "value", "normal"),
    [
        *[
            (keys.image, one, one)
            for one in ("x", "a/b:1", "r.example.org:5000/a/b__c:1.2", "[::1]:5000/a", "x@sha256:" + 32 * "a")
        ],
        *[(keys.restart, one, one) for one in ("no", "always", "unless-stopped", "on-failure", "on-failure:3")],
        *[
            (keys.EXTRA["extra_hosts"], one, ["db=192.0.2.7"])
            for one in (["db=192.0.2.7"], ["db:192.0.2.7"], {"db": "192.0.2.7"})
        ],
        (keys.EXTRA["extra_hosts"], {"a": ["192.0.2.1", "::1"]}, ["a=192.0.2.1", "a=::1"]),
        (keys.EXTRA["extra_hosts"], ["a:::1"], ["a=::1"]),
        (keys.EXTRA["cpu_quota"], 50000, 50000),
        (keys.EXTRA["cpu_quota"], "50ms", "50ms"),
        (
            keys.EXTRA["ulimits"],
            {"nofile": "5", "nproc": {"soft": 1, "hard": 2}},
            {"nofile": 5, "nproc": {"soft": 1, "hard": 2}},
        ),
        (keys.EXTRA["dns"], "9.9.9.9", ["9.9.9.9"]),
        (keys.EXTRA["expose"], [80, "81"], ["80", "81"]),
        (keys.EXTRA["memswap_limit"], -1, -1),
        (keys.REFERENCE, "s", {"source": "s"}),
        (keys.REFERENCE, {"source": "s", "mode": 0o440}, {"source": "s", "mode": 0o440}),
        (keys.VOLUME, {"external": "true", "x-a": 1}, {"external": True}),
        (
            keys.NETWORK,
            {"ipam": {"config": [{"subnet": "192.0.2.0/24"}]}},
            {"ipam": {"config": [{"subnet": "192.0.2.0/24"}]}},
        ),
    ],
)
def test_a_good_value(kind: Kind, value: Any, normal: Any) -> None:
    report = Report()
    assert kind(value, "p", report) == normal
    assert report.findings == []


@pytest.mark.parametrize(
    ("kind", "value", "path"),
    [
        *[(keys.image, one, "p") for one in ("", "A", "a b", "x:", "/x", "x/", "x@sha256:1", "a//b", "é", 1, None)],
        *[(keys.restart, one, "p") for one in (False, "never", "on-failure:", "always:3", "no ")],
        *[(keys.EXTRA["extra_hosts"], one, "p") for one in ("db:1", None)],
        (keys.EXTRA["extra_hosts"], ["db"], "p[0]"),
        (keys.EXTRA["extra_hosts"], {"db": 1}, "p.db"),
        *[(keys.EXTRA["oom_score_adj"], one, "p") for one in (-1001, 1001)],
        (keys.EXTRA["ulimits"], {"a": {"soft": 1}}, "p.a.hard"),
        (keys.EXTRA["pull_policy"], "sometimes", "p"),
        (keys.REFERENCE, {"target": "x"}, "p.source"),
        (keys.REFERENCE, {"source": "s", "mode": 0o10000}, "p.mode"),
        (keys.VOLUME, {"external": {"name": "x"}}, "p.external"),
        (keys.DEPENDENCY, {}, "p.condition"),
    ],
)
def test_a_bad_value(kind: Kind, value: Any, path: str) -> None:
    report = Report()
    assert kind(value, "p", report) is BAD
    assert [finding.path for finding in report.findings] == [path]


def test_what_only_swarm_does_is_a_warning() -> None:
    report = Report()
    ignored = ("endpoint_mode", "placement", "update_config", "rollback_config")
    given = {"replicas": 2, **{key: {} for key in ignored}}
    assert {key: one for key, one in keys.DEPLOY(given, "p", report).items() if one is not None} == {"replicas": 2}
    assert [(finding.path, finding.level) for finding in report.findings] == [
        (f"p.{key}", "warning") for key in ignored
    ]

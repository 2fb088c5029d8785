# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
from __future__ import annotations

import posixpath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Project
from ansible_collections.holdfast.host.plugins.module_utils.compose.read import read
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, errors, explain, warnings
from ansible_collections.holdfast.host.plugins.plugin_utils.yaml_loader import parse_yaml
from tests.judges.compose_corpus import AGREE, Case, one, service
from tests.judges.compose_refusals import REFUSE

DIRECTORY = "/srv/app"


def read_case(case: Case) -> tuple[Project | None, list[Finding]]:
    """Read a case from memory, as if it lay in DIRECTORY."""
    files = {posixpath.join(DIRECTORY, name): text for name, text in case.files.items()}

    def read_text(path: str) -> str:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    paths = [posixpath.join(DIRECTORY, path) for path in case.paths]
    env = {"HOME": "/root", **case.env}
    return read(
        paths, load=lambda path: parse_yaml(read_text(path)), read_text=read_text, env=env, profiles=case.profiles
    )


def project_of(case: Case) -> Project:
    project, findings = read_case(case)
    assert project is not None, explain(findings)
    return project


@pytest.mark.parametrize("name", AGREE)
def test_a_good_project_is_read_and_comes_back_from_its_long_form(name: str) -> None:
    project = project_of(AGREE[name])
    written = {
        "services": {key: item.as_compose() for key, item in project.services.items()},
        "volumes": project.volumes,
        "networks": project.networks,
        "secrets": project.secrets,
        "configs": project.configs,
    }
    env = {"HOME": "/root", **AGREE[name].env}
    again, findings = read(
        [f"{DIRECTORY}/c.yaml"], load=lambda _: written, read_text=read_nothing, env=env, profiles=["*"]
    )
    assert again is not None, explain(findings)
    assert again.services == project.services


@pytest.mark.parametrize("name", REFUSE)
def test_a_bad_project_is_refused(name: str) -> None:
    project, findings = read_case(REFUSE[name])
    assert project is None
    assert errors(findings)
    assert all(finding.path.startswith("compose") and finding.rule for finding in findings)


@pytest.mark.parametrize(
    ("case", "path", "words"),
    [
        (service("bannana: 1"), "compose.services.a.bannana", "known"),
        (service("comand: x"), "compose.services.a.comand", "'command'"),
        (service("volumes_from: [b]"), "compose.services.a.volumes_from", "named volume"),
        (service("links: [b]"), "compose.services.a.links", "networks"),
        (service("gpus: all"), "compose.services.a.gpus", "not supported"),
        (service("ports: [80, x]"), "compose.services.a.ports[1]", "8080:80"),
        (service("user: 1000"), "compose.services.a.user", "quotes"),
        (service("restart: sometimes"), "compose.services.a.restart", "unless-stopped"),
        (
            service("deploy: {resources: {limits: {memory: 5x}}}"),
            "compose.services.a.deploy.resources.limits.memory",
            "512m",
        ),
        (
            service("mem_limit: 1g, deploy: {resources: {limits: {memory: 2g}}}"),
            "compose.services.a.mem_limit",
            "differ",
        ),
        (one("services: {a: {image: 'Upper Case'}}"), "compose.services.a.image", "reference"),
        (one("services: {a: {image: 'x:'}}"), "compose.services.a.image", "reference"),
        (one("services: {}"), "compose.services", "at least one"),
        (one("include: [x.yaml]\nservices: {a: {image: x}}"), "compose.include", "list the included files"),
        (one("- a"), "compose", "mapping"),
        (one("a: ["), "compose", "YAML"),
        (Case(files={}), "compose", "must be there"),
        (Case(files={}, paths=()), "compose", "at least one"),
        (one("services: {a: {image: x}}", profiles=("dv",)), "compose.profiles", "profile"),
        (one("name: Shop\nservices: {a: {image: x}}"), "compose.name", "lower-case"),
        (one("services: {a: {image: x}, b: {image: x, ports: ['80:80', '80:81']}}"), "compose.services.b.ports", "80"),
        (one("services: {a: {image: x}}\nsecrets: {s: {}}"), "compose.secrets.s", "source"),
        (
            service("depends_on: {b: {condition: healthy}}"),
            "compose.services.a.depends_on.b.condition",
            "service_healthy",
        ),
        (service("env_file: e.env", "x-y: 1"), "compose.services.a.env_file", "required: false"),
        (one("services: {a: {image: x, env_file: e.env}}", e__env="x"), "compose.services.a.env_file", "there"),
    ],
)
def test_a_finding_names_its_place_and_a_way_out(case: Case, path: str, words: str) -> None:
    _, findings = read_case(case)
    told = [f"{finding.value} {finding.rule} {finding.hint}" for finding in findings if finding.path == path]
    assert any(words in text for text in told), explain(findings)


def test_all_is_told_at_once() -> None:
    text = """
services:
  a: {image: "x y", ports: [x], depends_on: [nope], mem_limit: lots, banana: 1}
  b: {healthcheck: {test: x, interval: 5}, volumes: ["gone:/x"], networks: [off], secrets: [s]}
volumes: {v: {drivver: local}}
"""
    _, findings = read_case(one(text))
    assert {finding.path for finding in errors(findings)} == {
        "compose.services.a.image",
        "compose.services.a.ports[0]",
        "compose.services.a.depends_on.nope",
        "compose.services.a.mem_limit",
        "compose.services.a.banana",
        "compose.services.b",
        "compose.services.b.healthcheck.interval",
        "compose.services.b.volumes[0]",
        "compose.services.b.networks.off",
        "compose.services.b.secrets[0]",
        "compose.volumes.v.drivver",
    }


@pytest.mark.parametrize(
    "body",
    [
        "environment: {A: [s3cret]}",
        "environment: {A: {s3cret: s3cret}}",
        "environment: s3cret",
        "environment: {A: 's3cret${'}",
        "environment: {A: 's3cret${NO}', B: [1]}",
        "command: {a: s3cret}",
        "POSTGRES_PASSWORD: s3cret",
        "command: 's3cret \"'",
        "build: {args: [[s3cret]]}",
        "healthcheck: {test: [s3cret]}",
        "logging: {options: {token: [s3cret]}}",
    ],
)
def test_a_finding_never_shows_what_may_be_secret(body: str) -> None:
    _, findings = read_case(service(body))
    assert errors(findings)
    assert "s3cret" not in explain(findings)


def test_an_unset_variable_is_a_warning() -> None:
    project, findings = read_case(service("environment: {A: $NOPE}"))
    assert project is not None
    assert [finding.path for finding in warnings(findings)] == ["compose.services.a.environment.A"]


def test_what_a_service_of_another_profile_lacks_is_not_missed() -> None:
    project = project_of(AGREE["profiles"])
    assert list(project.services) == ["a", "b"]
    assert project.disabled == ("c",)


def test_limits_and_replicas_come_from_both_forms() -> None:
    services = project_of(AGREE["limits"]).services
    assert (services["a"].limits.cpus, services["a"].limits.memory_bytes, services["a"].limits.pids) == (
        0.5,
        3 << 29,
        9,
    )
    assert (services["b"].limits.cpus, services["b"].limits.memory_bytes, services["b"].limits.pids) == (
        1.5,
        1 << 29,
        100,
    )
    assert [item.replicas for item in services.values()] == [3, 2, 1, 0]


_KEYS = st.sampled_from(
    ["services", "a", "image", "ports", "environment", "deploy", "volumes", "build", "x-a", "extends"]
)
_KEYS |= st.sampled_from(
    ["healthcheck", "networks", "depends_on", "resources", "limits", "secrets", "test", "env_file"]
)
_LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["a", "80:80"])
)
_TREES: st.SearchStrategy[Any] = st.recursive(
    _LEAVES, lambda below: st.lists(below, max_size=3) | st.dictionaries(_KEYS | st.integers(), below, max_size=4)
)


@given(_TREES, st.dictionaries(st.sampled_from(["a", "b"]), st.dictionaries(_KEYS, _TREES)))
def test_no_tree_raises(tree: Any, services: dict[str, Any]) -> None:
    for value in (tree, {"services": services}, {"services": {"a": {"image": "x"}}, "volumes": tree}):
        load = {"a.yaml": value, "b.yaml": value}.__getitem__
        project, findings = read(["a.yaml", "b.yaml"], load=load, read_text=read_nothing, env={}, profiles=[])
        assert (project is None) == bool(errors(findings))


def read_nothing(path: str) -> str:
    raise FileNotFoundError(path)

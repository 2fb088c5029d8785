# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Lists on a live host against the plan: networks, rules, gate, containers, and what would be refused."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.verify import egress

RULES = "table inet holdfast_egress {\n\tchain plan_d1 {\n\t}\n}\n"
EXPECT: dict[str, Any] = {
    "egress": {
        "digest": "d1",
        "project": "shop-blue",
        "networks": [{"name": "shop-egress-web", "bridge": "hfe1", "internal": True, "subnet": "10.213.7.0/24"}],
        "observed": {},
        "members": {"web": ["shop-egress-web"]},
    }
}
WELL: dict[str, Any] = {
    "networks": {"shop-egress-web": {"bridge": "hfe1", "internal": True, "subnet": "10.213.7.0/24"}},
    "rules": RULES,
    "loaded": RULES,
    "active": "active",
    "unkept": "",
    "state": {"config": "d1"},
    "report": [],
    "errors": [],
}


def told(seen: Mapping[str, Any], networks: Sequence[str] = ("shop-egress-web",)) -> list[str]:
    container = {"project": "shop-blue", "service": "web", "name": "shop-blue-web-1", "networks": list(networks)}
    found = egress.differences(EXPECT, {"egress": seen, "containers": [container]})
    return [f"{each.level} {each.path}" for each in found]


def test_a_host_that_holds_its_plan_has_no_finding() -> None:
    assert told(WELL) == []
    assert list(egress.differences({"egress": None}, {"containers": []})) == []


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"active": "failed"}, "egress.gate"),
        ({"state": {"config": "d0"}}, "egress.gate"),
        ({"rules": ""}, "egress.rules"),
        ({"rules": RULES.replace("d1", "d0")}, "egress.rules"),
        ({"rules": RULES.replace("\t}\n}", "\t}\n\taccept\n}")}, "egress.rules"),
        ({"networks": {}}, "egress.networks.shop-egress-web"),
        (
            {"networks": {"shop-egress-web": {"bridge": "hfe1", "internal": False, "subnet": "10.213.7.0/24"}}},
            "egress.networks.shop-egress-web",
        ),
        ({"unkept": "[Errno 28] No space left on device"}, "egress.gate"),
        ({"errors": ["no daemon"]}, "egress"),
    ],
)
def test_what_differs_is_an_error(changes: dict[str, Any], path: str) -> None:
    assert told(WELL | changes) == [f"error {path}"]


def test_a_container_on_another_network_is_an_error() -> None:
    assert told(WELL, ["bridge", "shop-egress-web"]) == ["error egress.web"]


def test_what_would_be_refused_is_a_warning() -> None:
    row = {"service": "web", "mode": "observe", "what": "evil.example.net", "why": "asked for"}
    assert told(WELL | {"report": [row, row | {"mode": "enforce"}]}) == ["warning egress.web"]


def test_the_host_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rules").write_text(RULES)
    network = {"Name": "n", "Internal": True, "IPAM": {"Config": []}, "Options": {}, "Labels": {}, "Containers": {}}
    answers = {"ls": "id", "inspect": json.dumps([network]), "-t": RULES, "is-active": "active\n"}

    def run(command: Sequence[str], _given: str) -> Result:
        return Result(status=0, out=next(answer for word, answer in answers.items() if word in command))

    monkeypatch.setattr(egress, "gather", lambda *_: ({"config": "d1"}, []))
    seen = egress.observe(EXPECT, run, tmp_path / "rules", tmp_path / "unkept")
    assert (seen["rules"], seen["loaded"], seen["active"], seen["errors"]) == (RULES, RULES, "active", [])
    assert seen["unkept"] == ""
    (tmp_path / "unkept").write_text("[Errno 28] No space left on device\n")
    seen = egress.observe(EXPECT, run, tmp_path / "rules", tmp_path / "unkept")
    assert seen["unkept"] == "[Errno 28] No space left on device"
    assert list(seen["networks"]) == ["n"]
    assert egress.observe({"egress": None}) == {}

    def broken(*_: object) -> None:
        raise OSError("no state")

    monkeypatch.setattr(egress, "gather", broken)
    failing = egress.observe(EXPECT, lambda *_: Result(status=1, err="no daemon"), tmp_path / "none")
    assert failing["errors"] == ["no daemon", "no state"]

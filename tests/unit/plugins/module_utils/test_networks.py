# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Networks that no project owns: made, made anew, removed; never under a container's feet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.networks import Network, NetworkError, plan

OWN = Network(name="shop-egress-api", bridge="hfe1", internal=True, subnet="10.213.7.0/24", gateway="10.213.7.1")
INSIDE = Network(name="shop-inside-api", bridge="hfi1", internal=True)


def inspected(network: Network, label: str = "shop", **changes: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "Name": network.name,
        "Internal": network.internal,
        "IPAM": {"Config": [{"Subnet": network.subnet or "172.20.0.0/16", "Gateway": network.gateway or "172.20.0.1"}]},
        "Options": {"com.docker.network.bridge.name": network.bridge},
        "Labels": {"holdfast.egress": label},
        "Containers": {},
    }
    return entry | changes


def commands(there: Sequence[Mapping[str, Any]], wanted: Sequence[Network], stopped: str = "") -> list[str]:
    def run(command: Sequence[str], _given: str) -> Result:
        answers = {"ls": "id\n" * bool(there), "inspect": json.dumps(there)}
        return Result(status=0, out=answers.get(command[2], "") if command[1] == "network" else stopped)

    return [" ".join(each[2:]) for each in plan(run, wanted, "shop")]


def test_what_is_missing_is_made() -> None:
    new, name = (
        "create --driver=bridge --label=holdfast.egress=shop --internal",
        "--opt=com.docker.network.bridge.name=",
    )
    assert commands([], [OWN, INSIDE]) == [
        f"{new} --subnet=10.213.7.0/24 --gateway=10.213.7.1 {name}hfe1 shop-egress-api",
        f"{new} {name}hfi1 shop-inside-api",
    ]


def test_what_is_there_is_left() -> None:
    assert commands([inspected(OWN), inspected(INSIDE)], [OWN, INSIDE]) == []


def test_what_nobody_wants_goes_once_it_is_empty() -> None:
    assert commands([inspected(OWN)], []) == ["rm shop-egress-api"]
    assert commands([inspected(OWN, Containers={"c": {}})], []) == []
    assert commands([inspected(OWN)], [], stopped="c\n") == []
    assert commands([inspected(OWN, label="other"), inspected(INSIDE, Labels=None)], []) == []


@pytest.mark.parametrize("wrong", [{"Internal": False}, {"Options": None}, {"IPAM": {"Config": None}}])
def test_what_is_wrong_is_made_anew_unless_containers_are_on_it(wrong: dict[str, Any]) -> None:
    first, second = commands([inspected(OWN, **wrong)], [OWN])
    assert first == "rm shop-egress-api"
    assert second.startswith("create ")
    with pytest.raises(NetworkError, match="containers are on it"):
        commands([inspected(OWN, **wrong, Containers={"c": {}})], [OWN])


def test_an_engine_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(NetworkError, match="no daemon"):
        plan(lambda *_: Result(status=1, err="no daemon"), [OWN], "shop")

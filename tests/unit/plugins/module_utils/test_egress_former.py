# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Whom the gate serves as before while containers are on the networks of an earlier list."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.egress_former import NEEDED, former, known


def service(name: str, network: str, **more: Any) -> dict[str, Any]:
    return dict.fromkeys(NEEDED, "") | {"name": name, "network": network} | more


def network(name: str, *, used: bool = True, internal: bool = True, label: str = "shop") -> dict[str, Any]:
    return {
        "Name": name,
        "Internal": internal,
        "IPAM": {"Config": []},
        "Options": {"com.docker.network.bridge.name": f"hf-{name}"},
        "Labels": {"holdfast.egress": label},
        "Containers": {"c": {}} if used else {},
    }


RULES = Path(__file__).parents[4] / "roles/egress/templates/etc/holdfast/egress/rules.nft"
OBSERVED, INSIDE = network("shop-observe-web", internal=False), network("shop-inside-web")


def found(config: Path, there: Sequence[dict[str, Any]], planned: Sequence[str], stopped: str = "") -> dict[str, Any]:
    def run(command: Sequence[str], _given: str) -> Result:
        if command[1] == "ps":
            return Result(status=0, out="c\n" if command[-1] == f"--filter=network={stopped}" else "")
        return Result(status=0, out="id\n" if command[2] == "ls" else json.dumps(there))

    return former(run, config, planned, "shop")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "gate.json"
    services = [service("web", "shop-observe-web", mode="observe"), service("api", "shop-egress-api")]
    path.write_text(json.dumps({"services": services}), encoding="utf-8")
    return path


def test_who_is_on_the_network_of_another_mode_is_served_as_before(config: Path) -> None:
    left = found(config, [OBSERVED, INSIDE], ["shop-egress-web", "shop-inside-web"])
    assert left["networks"] == [{"name": "shop-observe-web", "bridge": "hf-shop-observe-web", "internal": False}]
    assert [(each["name"], each["mode"]) for each in left["services"]] == [("web", "observe")]


def test_where_a_list_goes_its_other_networks_stay_open_too(config: Path) -> None:
    left = found(config, [OBSERVED, INSIDE, network("shop-egress-api")], ["shop-egress-api"])
    assert [each["name"] for each in left["networks"]] == ["shop-observe-web", "shop-inside-web"]
    assert [each["name"] for each in left["services"]] == ["web"]


def test_a_container_that_does_not_run_counts_and_an_empty_network_does_not(config: Path) -> None:
    empty = network("shop-observe-web", used=False)
    assert found(config, [empty], []) == {"networks": [], "services": []}
    assert found(config, [empty], [], stopped="shop-observe-web")["services"][0]["name"] == "web"


def test_networks_of_others_are_not_ours(config: Path) -> None:
    assert found(config, [network("shop-observe-web", label="other")], []) == {"networks": [], "services": []}


def test_the_rules_serve_both_the_new_list_and_the_old_one() -> None:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)  # noqa: S701 - no page of the web
    environment.filters["comment"] = str
    environment.tests["search"] = lambda text, pattern: re.search(pattern, text) is not None
    new = service("web", "shop-egress-web", bridge="hfe1", gateway="10.213.1.1", doors=[], names_door=47800)
    old = service("web", "shop-observe-web", bridge="hfo1", gateway="10.213.2.1", doors=[], names_door=47800)
    served = [new | {"mode": "enforce"}, old | {"mode": "observe"}]
    planned = {"egress_services": served[:1], "egress_networks": [{"bridge": "hfe1", "internal": True}]}
    rules = environment.from_string(RULES.read_text(encoding="utf-8")).render(
        **planned, egress_private=[], egress_closed=["10.0.0.0/8", "fc00::/7"], egress_digest="d", ansible_managed="",
        __egress_served=served, __egress_private=["10.9.0.0/16"],
        __egress_open=[*planned["egress_networks"], {"bridge": "hfi9", "internal": True}],
    )  # fmt: skip
    for bridge, gateway in (("hfe1", "10.213.1.1"), ("hfo1", "10.213.2.1")):
        assert f'iifname "{bridge}" ip daddr {gateway} meta l4proto {{ tcp, udp }} th dport 47800 accept' in rules
    assert 'iifname "hfo1" ct state new meta l4proto { tcp, udp } update @seen_hfo1' in rules
    assert 'iifname "hfi9" oifname "hfi9" accept' in rules
    assert "ip daddr 10.9.0.0/16 accept" in rules


@pytest.mark.parametrize("text", [None, "{", "[]", '{"services": 7}', '{"services": [{"name": "web"}]}'])
def test_what_cannot_be_served_is_not_known(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "gate.json").write_text(text, encoding="utf-8")
    assert known(tmp_path / "gate.json") == []

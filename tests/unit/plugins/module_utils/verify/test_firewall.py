# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The kernel's rules against the file, and the file against the plan."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.host_tree import Tree
from ansible_collections.holdfast.host.plugins.module_utils.verify import firewall
from tests.golden.rendering import render
from tests.golden.systems import HERE, plan_of

RULES = HERE / "pydotorg/etc/holdfast/firewall.nft"
NOWHERE = Tree("/nonexistent")
NETWORKS = "bridge bridge\nhost host\nnull none\nbridge shop_default\nmacvlan lan\n"
EXPECT = {"firewall": ["tcp dport 22", "tcp dport 80", "tcp dport 443"]}


def table(*rules: object, packets: int = 0, elements: Sequence[str] = ()) -> str:
    """Return what nft lists: a set that fills by itself, a counter, and rules."""
    logins = {"set": {"name": "logins4", "handle": packets, "flags": ["dynamic", "timeout"], "elem": list(elements)}}
    counted = {"rule": {"handle": 9, "expr": [{"counter": {"packets": packets, "bytes": packets}}, {"drop": None}]}}
    listed = [{"metainfo": {"version": "1.1"}}, logins, *({"rule": {"expr": [rule]}} for rule in rules), counted]
    return json.dumps({"nftables": listed})


def observed(answers: Mapping[str, Result], rules: Path = RULES, tree: Tree = NOWHERE) -> dict[str, Any]:
    def run(command: Sequence[str], _given: str) -> Result:
        return answers[command[0]]

    return {"firewall": firewall.observe(EXPECT, run, rules, tree)}


def answers(file: str, kernel: str, boot: str = "enabled\n") -> dict[str, Result]:
    said = {"unshare": file, "nft": kernel, "systemctl": boot, "docker": NETWORKS}
    return {program: Result(status=0, out=text) for program, text in said.items()}


def told(seen: Mapping[str, Any], expect: Mapping[str, Any] = EXPECT) -> list[str]:
    return [each.path for each in firewall.differences(expect, seen)]


def test_rules_that_packets_passed_are_still_the_same() -> None:
    kernel = table({"accept": None}, packets=7, elements=["203.0.113.7"])
    assert told(observed(answers(table({"accept": None}), kernel))) == []


def test_the_golden_file_lets_in_what_is_planned_and_nothing_else() -> None:
    assert sorted(firewall.let_in(RULES.read_text())) == sorted(EXPECT["firewall"])


def test_who_is_declared_is_let_in_before_the_limit_and_does_not_pass_it() -> None:
    plan = plan_of("pydotorg")
    rules = {"trusted": [{"match": "ip saddr 203.0.113.7 tcp dport 22", "reason": "declared"}]}
    text = render({"shop": plan | {"firewall": plan["firewall"] | rules}})["shop/etc/holdfast/firewall.nft"]
    free, limited = text.index("203.0.113.7 tcp dport 22 accept"), text.index("tcp dport 22 goto login")
    assert free < limited
    assert sorted(firewall.let_in(text)) == sorted(["ip saddr 203.0.113.7 tcp dport 22", *EXPECT["firewall"]])


@pytest.mark.parametrize(
    "kernel",
    [
        table(),
        table({"accept": None}, {"drop": None}),
        table({"drop": None}),
    ],
)
def test_other_rules_in_the_kernel_are_told(kernel: str) -> None:
    assert told(observed(answers(table({"accept": None}), kernel))) == ["firewall.table"]


def test_rules_in_another_order_are_told() -> None:
    one, other = {"accept": None}, {"drop": None}
    assert told(observed(answers(table(one, other), table(other, one)))) == ["firewall.table"]


@pytest.mark.parametrize(("program", "where"), [("unshare", "file"), ("nft", "kernel")])
def test_a_table_that_is_not_there_is_told(program: str, where: str) -> None:
    failed = {program: Result(status=1, err="No such file or directory")}
    seen = observed(answers(table(), table()) | failed)
    (finding,) = firewall.differences(EXPECT, seen)
    assert (finding.path, finding.rule) == ("firewall", f"the {where} must show the table holdfast")


def test_a_port_that_somebody_opened_in_the_file_is_told(tmp_path: Path) -> None:
    text = RULES.read_text()
    changed = text.replace('    tcp dport 80 accept comment "edge"\n', '    tcp dport 81 accept comment "mine"\n')
    assert changed != text
    (tmp_path / "rules").write_text(changed)
    seen = observed(answers(table(), table()), tmp_path / "rules")
    found = {each.value: each.rule for each in firewall.differences(EXPECT, seen)}
    assert found == {"tcp dport 80": "must be let in", "tcp dport 81": "must not be let in"}


@pytest.mark.parametrize(("outside", "levels"), [(True, ["warning"]), (False, ["error"])])
def test_a_bridge_that_is_called_like_dockers_is_told(tmp_path: Path, outside: bool, levels: list[str]) -> None:
    (tmp_path / "sys/class/net/br-lan").mkdir(parents=True)
    line = '    iifname "br-lan" goto outside comment "outside all the same"\n' if outside else ""
    (tmp_path / "rules").write_text(RULES.read_text() + line)
    said = answers(table(), table()) | {"docker": Result(status=1)}
    found = list(firewall.differences(EXPECT, observed(said, tmp_path / "rules", Tree(str(tmp_path)))))
    assert [(each.path, each.level) for each in found] == [("firewall.bridges.br-lan", level) for level in levels]


def test_a_container_on_a_network_that_no_rule_sees_is_told() -> None:
    networks = {"a": ["bridge"], "b": ["host"], "c": ["none"], "d": ["shop_default", "lan"]}
    containers = [{"name": name, "networks": each} for name, each in networks.items()]
    seen = observed(answers(table(), table()))
    (finding,) = firewall.differences(EXPECT, seen | {"containers": containers})
    assert (finding.path, finding.value, finding.level) == ("firewall.networks.lan", "d", "error")
    assert "macvlan" in finding.rule


def test_an_engine_that_is_silent_is_another_checks_matter() -> None:
    seen = observed(answers(table(), table()) | {"docker": Result(status=1, err="no daemon")})
    assert told(seen | {"containers": []}) == []


def test_rules_that_do_not_come_back_at_boot_are_told() -> None:
    assert told(observed(answers(table(), table(), "disabled\n"))) == ["firewall.boot"]


def test_where_it_is_somebody_elses_nothing_is_looked_at() -> None:
    assert firewall.observe({"firewall": None}) == {}
    assert told({"firewall": {}}, {"firewall": None}) == []

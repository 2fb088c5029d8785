# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The rules that the kernel holds, compared with the file, and the file with the plan."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.command import Run, runner
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.host_net import read_strangers
from ansible_collections.holdfast.host.plugins.module_utils.host_tree import Tree
from ansible_collections.holdfast.host.plugins.module_utils.plan.firewall import RULES, STRANGER, TABLE, UNIT

LIST = ["nft", "--json", "list", "table", "inet", TABLE]
RELOAD = f"systemctl reload-or-restart {UNIT}"
# The networks whose packets the rules see: bridges, the host's own, and none.
SEEN_BY_RULES = ("bridge", "host", "null")
# A line of the file that lets a declared port in.
_LETS_IN = re.compile(r"\s*(?P<match>.* dport .*?) (?:accept|goto login) comment .*")
_OF_THE_RULES = "udp sport 67 udp dport 68", "ip6 saddr fe80::/10 udp sport 547 udp dport 546"


def plain(text: str) -> list[str]:
    """Return what ``nft --json`` listed, one line of JSON each, without what changes as packets pass.

    Raises ValueError where it is no such list.
    """
    listed = json.loads(text)["nftables"]
    return [json.dumps(_still(each), sort_keys=True) for each in listed if "metainfo" not in each]


def _still(value: Any) -> Any:
    if isinstance(value, list):
        return [_still(each) for each in value]
    if not isinstance(value, dict):
        return value
    dynamic = "dynamic" in value.get("flags", ()) if isinstance(value.get("flags"), list) else False
    left_out = {"handle", *(("elem",) if dynamic else ())}
    return {name: None if name == "counter" else _still(inner) for name, inner in value.items() if name not in left_out}


def let_in(text: str) -> list[str]:
    """Return the matches by which a rules file lets in what is declared."""
    found = [match["match"] for match in map(_LETS_IN.fullmatch, text.splitlines()) if match]
    return [match for match in found if match not in _OF_THE_RULES]


def _beside(ask: Run) -> dict[str, str]:
    """Return the drivers of the engine's networks whose packets pass the host by, by their names."""
    told = _said(ask, ["docker", "network", "ls", "--format={{.Driver}} {{.Name}}"])
    named = (line.partition(" ") for line in (told or "").splitlines())
    return {name: driver for driver, _, name in named if driver not in SEEN_BY_RULES}


def _said(ask: Run, command: Sequence[str]) -> str | None:
    result = ask(command, "")
    return result.out if result.status == 0 else None


def observe(
    expect: Mapping[str, Any], run: Run | None = None, rules: Path = Path(RULES), tree: Tree | None = None
) -> dict[str, Any]:
    """Return what lets in by the file, what the file and the kernel hold, and whether it comes back at boot; or error.

    strangers: the bridges that are called like Docker's and are none, and whether the file has them outside. beside:
    the drivers of networks that the rules do not see, by their names; none where the engine is silent.

    The file is loaded into a network namespace of its own, which nobody's packets pass.
    """
    if expect.get("firewall") is None:
        return {}
    ask = run or runner()
    script = f'nft --file "$1" && {" ".join(LIST)}'
    results = {
        "file": ask(["unshare", "--net", "sh", "-c", script, "sh", str(rules)], ""),
        "kernel": ask(LIST, ""),
        "boot": ask(["systemctl", "is-enabled", UNIT], ""),
    }
    for name in ("file", "kernel"):
        if results[name].status != 0:
            return {"error": results[name].message(), "where": name}
    text = rules.read_text(encoding="utf-8")
    bridges = read_strangers(tree or Tree(), lambda command: _said(ask, command))
    return {
        "strangers": {name: f'iifname "{name}" goto outside' in text for name in bridges},
        "beside": _beside(ask),
        "let_in": let_in(text),
        "file": plain(results["file"].out),
        "kernel": plain(results["kernel"].out),
        "boot": results["boot"].out.strip(),
    }


def _strangers(bridges: Mapping[str, bool]) -> Iterator[Finding]:
    """Yield each of them: told where its packets are judged as a stranger's, and an error where they are let in."""
    for name, outside in bridges.items():
        path = f"firewall.bridges.{name}"
        if outside:
            yield Finding(path=path, value="outside", rule=STRANGER, hint="give it another name", level=WARNING)
        else:
            rule = "is called like a bridge of Docker's and is none: its packets must count as from outside"
            yield Finding(path=path, value="inside", rule=rule, hint="run site.yml again, or give it another name")


def _past(containers: Sequence[Mapping[str, Any]], beside: Mapping[str, str]) -> Iterator[Finding]:
    """Yield every container on a network that is no bridge: it answers others, and reaches them, past the rules."""
    for each in containers:
        for network in each["networks"]:
            if network in beside:
                path = f"firewall.networks.{network}"
                rule = f"its driver is {beside[network]}: no rule of the host sees its packets"
                hint = f"docker network disconnect {network} {each['name']}; use a network of the driver bridge"
                yield Finding(path=path, value=each["name"], rule=rule, hint=hint)


def differences(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what the kernel does not hold as it should."""
    shown: Mapping[str, Any] = seen.get("firewall") or {}
    if not shown:
        return
    if "error" in shown:
        rule = f"the {shown['where']} must show the table {TABLE}"
        yield Finding(path="firewall", value=shown["error"], rule=rule, hint=RELOAD)
        return
    wanted: Sequence[str] = expect["firewall"]
    for match in sorted(set(wanted) ^ set(shown["let_in"])):
        rule = "must be let in" if match in wanted else "must not be let in"
        yield Finding(path="firewall.accepted", value=match, rule=rule, hint="run site.yml again")
    yield from _strangers(shown["strangers"])
    yield from _past(seen.get("containers", ()), shown["beside"])
    lost, strange = (set(shown[one]) - set(shown[other]) for one, other in (("file", "kernel"), ("kernel", "file")))
    if lost or strange or shown["file"] != shown["kernel"]:
        value = f"{len(lost)} rules are missing, {len(strange)} are not in {RULES}"
        yield Finding(path="firewall.table", value=value, rule="the kernel must hold what the file says", hint=RELOAD)
    if shown["boot"] != "enabled":
        hint = f"systemctl enable {UNIT}"
        yield Finding(path="firewall.boot", value=shown["boot"], rule="must come back at boot", hint=hint)

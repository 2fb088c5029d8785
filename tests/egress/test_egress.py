# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Every way out is open from a free container, and closed from one with a list, whose names work."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from .trial import container, declared, have_world, inside, name_servers, probe, reboot, site, well

# What the table has to have at least.
LEAST = 30
Seen = Mapping[str, Mapping[str, Mapping[str, str]]]


def closed(seen: Seen, kind: str) -> list[str]:
    return sorted(name for name, came in seen[kind].items() if "open" not in came)


@pytest.fixture(scope="module", autouse=True)
def stack() -> None:
    have_world()
    # The distribution's archive is not of this world.
    name_servers(world=False)
    site("first")
    name_servers(world=True)
    # The engine reads the host's name servers when it starts a container.
    inside("docker restart ways-blue-free-1 ways-blue-other-1")
    well()


def check_all() -> None:
    """Compare a free container with limited ones, and tell the table."""
    free, agent, strict = probe("free"), probe("agent"), probe("strict")
    for name, came in free["ways"].items():
        sys.stderr.write(f"egress: {name:46} free: {'open' if 'open' in came else came}")
        sys.stderr.write(f", agent: {agent['ways'][name].get('closed', 'OPEN')}\n")
    assert len(free["ways"]) >= LEAST
    assert closed(free, "ways") == [], "a way that nobody has proves nothing"
    for limited in (agent, strict):
        assert closed(limited, "ways") == sorted(free["ways"])
    assert (closed(agent, "listed"), closed(agent, "stores")) == ([], [])
    assert closed(strict, "listed") == sorted(strict["listed"])
    assert closed(strict, "stores") == sorted(strict["stores"])


def test_every_way_out_is_closed() -> None:
    check_all()


def test_what_was_refused_is_told_by_name() -> None:
    told = inside("journalctl -u holdfast-egress -o cat") + inside("holdfast-egress")
    for line in (
        "agent: refused evil.example.net: asked for",
        "agent: refused evil.example.net:443: not in its list",
        "agent: refused evil.example.net:80: not in its list",
        "agent: refused api.example.org:8443: not in its list",
        "agent: refused inside.example.org:443: leads to no address of the internet",
        "agent: refused meta.example.org:80: leads to no address of the internet",
        "agent: refused no name:80: CONNECT 203.0.113.20:443",
        "strict: refused api.example.org: asked for",
    ):
        assert told.count(line) >= 2, f"{line}: not in the log or not in the report"
    assert ".tunnel.example.net: asked for" in told


def test_an_observed_service_keeps_its_way_out_and_is_told_of() -> None:
    watched = probe("watched")
    # Its own network out has IPv4 alone; and its sibling answers on the network that they share.
    assert closed(watched, "ways") == ["IPv6 address", "a sibling by address"]
    assert (closed(watched, "listed"), closed(watched, "stores")) == ([], [])
    told = inside("holdfast-egress")
    assert "watched: would refuse evil.example.net: asked for" in told
    assert "watched: would refuse 198.51.100.53:853/tcp: went to an address that no name was asked for" in told
    # Names of the tunnel lead to the same address: all of them are told.
    went = [line for line in told.splitlines() if line.startswith("watched: ") and "evil.example.net" in line]
    for end in (":443/tcp", ":443/udp", ":123/udp", "/icmp"):
        assert any(line.endswith(f"{end}: went to 203.0.113.20") for line in went), end
    # What is in the list is not told, although the address has other names, too.
    assert "would refuse api.example.org: " not in told
    assert ":443/tcp: went to 198.51.100.10" not in told
    output = site("verify", "-e", "verify_show=true", playbook="playbooks/verify.yml")
    assert "egress.watched" in output


def test_a_second_run_changes_nothing() -> None:
    assert "changed=0" in site("second")


def test_it_holds_when_the_engine_is_restarted() -> None:
    inside("systemctl restart docker")
    well()
    check_all()


def test_it_holds_after_a_boot() -> None:
    reboot()
    well()
    check_all()
    site("verify-booted", playbook="playbooks/verify.yml")


def test_verify_sees_what_opens_a_way() -> None:
    inside("docker network connect bridge ways-blue-agent-1; nft insert rule inet holdfast_egress forward accept")
    with pytest.raises(AssertionError) as raised:
        site("verify-opened", playbook="playbooks/verify.yml")
    for path in ("egress.agent", "egress.rules"):
        assert path in str(raised.value)
    inside("docker network disconnect bridge ways-blue-agent-1; systemctl restart holdfast-egress")
    site("verify-closed", playbook="playbooks/verify.yml")


def test_an_observed_service_is_closed_once_its_list_is_enforced() -> None:
    stack = declared()
    stack["services"]["watched"]["egress"]["mode"] = "enforce"
    # As a run that fails before the application's role leaves it: the container is the old one, and served as before.
    site("enforced-halfway", "--tags=egress", stack=stack)
    watched = probe("watched")
    assert (closed(watched, "listed"), closed(watched, "stores")) == ([], [])
    assert "changed=0" in site("enforced-halfway-again", "--tags=egress", stack=stack)
    site("enforced", stack=stack)
    assert "ways-observe-watched" not in inside("docker network ls; cat /etc/holdfast/egress/gate.json")
    assert "changed=0" in site("enforced-again", stack=stack)
    well()
    watched = probe("watched")
    assert closed(watched, "ways") == sorted(watched["ways"])
    assert sorted(set(watched["listed"]) - set(closed(watched, "listed"))) == ["TLS by name"]


def test_lists_that_go_take_the_gate_along() -> None:
    stack = declared()
    for service in stack["services"].values():
        service.pop("egress", None)
    site("without-halfway", "--tags=egress", stack=stack)
    # Its container is on the old networks yet: the gate stays.
    assert closed(probe("agent"), "listed") == []
    inside("test -s /etc/holdfast/egress/resolv/agent.conf")
    site("without", stack=stack)
    well()
    for service in ("agent", "strict", "watched"):
        assert "open" in probe(service)["ways"]["an unlisted name, TLS"], service
    paths = "/etc/holdfast/egress /etc/systemd/system/holdfast-egress.service /usr/local/lib/holdfast"
    assert "egress" not in inside("nft list tables")
    assert inside(f"for path in {paths}; do test ! -e $path || echo $path; done") == ""
    networks = inside(f"docker inspect -f '{{{{json .NetworkSettings.Networks}}}}' {container('agent')}")
    assert "egress" not in networks
    assert inside("docker network ls --quiet --filter label=holdfast.egress") == ""
    assert "changed=0" in site("without-again", stack=stack)

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A host where every variable differs from its default, and a Compose file that says most of what Compose can say."""

from __future__ import annotations

import json
import smtplib
import ssl

import pytest
import testinfra

from tests.acceptance.running import containers, of_service, one
from tests.acceptance.scenarios import BUILD, Scenario
from tests.acceptance.strangers import CONTROLLER, NEIGHBOUR, reached, status_for_a_neighbour
from tests.acceptance.web import Site
from tests.acceptance.websocket import echoed
from tests.lab.shell import scaled, wait_until

AUTHORITY = BUILD / "changed.tls" / "authority.pem"
# As the Compose file, its env_file, and the vault have them, after each one's own quoting.
VALUES = {
    "ODD": """it's $5, "quoted"; back\\slash # and  two spaces""",
    "TEAM": "the shop's",
    "PLAIN": "a value",
    "QUOTED": """a "value" with $dollar and  two spaces""",
    "ESCAPED": "it's $5\tor more",
    "PAYMENT_TOKEN": """given $ "by" the bank's clerk\\""",
    "ROLE": "web",
}


@pytest.fixture(scope="module")
def shop(scenario: Scenario) -> Site:
    """Return the shop's public name, trusting the scenario's own authority and nobody else."""
    return Site(address=scenario.row.address, name="shop.example.org", authority=AUTHORITY)


@pytest.fixture(scope="module")
def back_office(scenario: Scenario) -> Site:
    """Return the second public name, which leads to two services."""
    return Site(address=scenario.row.address, name="admin.example.org", authority=AUTHORITY)


@pytest.mark.parametrize("name", VALUES)
def test_a_value_arrives_unharmed(scenario: Scenario, name: str) -> None:
    assert one(scenario, "web").environment[name] == VALUES[name]


def test_a_value_is_what_the_process_sees(scenario: Scenario) -> None:
    script = "import json, os; print(json.dumps(dict(os.environ)))"
    seen = json.loads(scenario.inside("docker", "exec", one(scenario, "web").identity, "python3", "-c", script))
    assert {name: seen[name] for name in VALUES} == VALUES


def test_the_given_certificate_is_shown(scenario: Scenario, shop: Site, back_office: Site) -> None:
    assert shop.get("/health").status == 200
    assert back_office.get("/health").status == 200
    system = ssl.create_default_context().get_ca_certs()
    assert not any("Test authority" in str(entry) for entry in system)
    key = scenario.server.file(_key(scenario))
    assert (key.mode & 0o077, key.user) == (0, "root")


def _key(scenario: Scenario) -> str:
    (found,) = scenario.inside("sh", "-c", "ls /etc/holdfast/edge/tls/*.key").split()
    return found


def test_one_name_leads_to_two_services_by_path(shop: Site, back_office: Site) -> None:
    assert b"role <b>web</b>" in shop.get("/").body
    assert b"role <b>web</b>" in back_office.get("/").body
    text = "written through the gateway's replicas"
    assert back_office.post("/api/rows", {"text": text}).status == 201
    assert text in [row["text"] for row in shop.get("/rows").json]


def test_an_administrators_route_is_closed_to_others(scenario: Scenario, back_office: Site) -> None:
    assert back_office.get("/api/health").status == 200
    assert status_for_a_neighbour(scenario.row.address, "admin.example.org", "/api/health") == 403
    assert status_for_a_neighbour(scenario.row.address, "admin.example.org", "/health") == 200


def test_a_port_of_the_hosts_own_is_open_to_whom_it_is_declared_for(scenario: Scenario) -> None:
    script = "import socket; made = socket.create_server(('', 9100)); [made.accept()[0].close() for _ in range(99)]"
    scenario.inside("systemd-run", "--quiet", "--unit=exporter", "python3", "-c", script)
    ways = {"exporter": (scenario.row.address, 9100, False)}
    try:
        wait_until("the exporter", lambda: reached(CONTROLLER, ways)["exporter"], seconds=scaled(20))
        assert reached(NEIGHBOUR, ways) == {"exporter": False}
    finally:
        scenario.inside("systemctl", "stop", "exporter.service")


def test_requests_are_spread_over_the_replicas(scenario: Scenario, back_office: Site) -> None:
    replicas = of_service(scenario, "admin")
    assert len(replicas) == 2
    for number in range(20):
        assert back_office.get(f"/api/health?number={number}").status == 200
    for replica in replicas:
        logged = scenario.inside("sh", "-c", 'docker logs --tail 200 "$0" 2>&1', replica.identity)
        assert "/api/health" in logged, "a replica got nothing"


def test_a_route_keeps_its_own_limits(shop: Site) -> None:
    assert shop.ask("POST", "/rows", b"x" * (1024**2 + 1)).status == 413
    assert shop.ask("POST", "/rows", b"x" * 1024**2).status == 400
    assert "max-age=2592000" in shop.get("/static/x.css").headers["cache-control"]
    assert echoed(shop, "/ws", "hello") == "hello"


def test_a_published_port_answers_and_the_laptops_do_not(scenario: Scenario) -> None:
    with smtplib.SMTP(scenario.row.address, 2525, timeout=10) as mail:
        assert mail.noop()[0] == 250
    published = {
        (each.service, port)
        for each in containers(scenario)
        for port in each.inspected["HostConfig"]["PortBindings"] or {}
    }
    assert published == {("nginx", "80/tcp"), ("nginx", "443/tcp"), ("mail", "1025/tcp")}


def test_a_file_from_beside_the_compose_file_is_there(scenario: Scenario) -> None:
    inside = ("docker", "exec", one(scenario, "web").identity)
    assert scenario.inside(*inside, "cat", "/etc/shop/shop.conf") == 'currency = "EUR"\n'
    mounted = {each["Destination"]: each["RW"] for each in one(scenario, "web").inspected["Mounts"]}
    assert mounted == {"/etc/shop/shop.conf": False, "/var/uploads": True}


def test_a_service_that_runs_once_ran_before_those_that_wait_for_it(scenario: Scenario) -> None:
    migrate = one(scenario, "migrate")
    state = migrate.inspected["State"]
    assert (state["Status"], state["ExitCode"]) == ("exited", 0)
    for each in (*of_service(scenario, "web"), *of_service(scenario, "worker")):
        assert each.started > state["FinishedAt"], each.service


def test_what_the_compose_file_says_of_a_service_is_kept(scenario: Scenario) -> None:
    web = one(scenario, "web").inspected
    assert web["Config"]["Labels"]["org.example.team"] == "shop"
    assert web["Config"]["StopTimeout"] == 20
    assert len(of_service(scenario, "worker")) == 2
    assert web["HostConfig"]["LogConfig"]["Config"] == {"max-size": "20m", "max-file": "5"}
    assert "no-new-privileges:true" in web["HostConfig"]["SecurityOpt"]


def test_each_database_has_its_owner_and_extensions(scenario: Scenario) -> None:
    psql = ["docker", "exec", one(scenario, "db").identity, "psql", "-XAtqU", "holdfast", "-d", "stats", "-c"]
    installed = scenario.inside(*psql, "SELECT extname FROM pg_extension").split()
    assert {"pg_trgm", "pg_stat_statements"} <= set(installed)
    assert scenario.inside(*psql, "SHOW work_mem").strip() == "1MB"
    assert scenario.inside(*psql, "SHOW log_min_duration_statement").strip() == "250ms"


def test_the_search_engine_asks_for_the_key_that_the_application_has(scenario: Scenario) -> None:
    key = one(scenario, "search").environment["MEILI_MASTER_KEY"]
    assert key == one(scenario, "web").environment["SEARCH_MASTER_KEY"]
    assert "laptop" not in key
    script = "import urllib.request; print(urllib.request.urlopen('http://search:7700/health', timeout=5).status)"
    web = one(scenario, "web").identity
    assert scenario.inside("docker", "exec", web, "python3", "-c", script).strip() == "200"


def test_packages_that_were_asked_for_are_there(server: testinfra.host.Host) -> None:
    assert server.package("jq").is_installed
    assert server.run("sudo -n true").rc == 0

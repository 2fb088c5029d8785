# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A pool that is declared on a live stack and taken away again: said before, in one run each, and no data is lost."""

from __future__ import annotations

import copy
import csv
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.acceptance.playbook import instead, play, well
from tests.acceptance.running import containers, identities, of_service, one
from tests.acceptance.scenarios import BUILD, Scenario
from tests.acceptance.test_retuned import foreseen
from tests.acceptance.web import Site
from tests.lab.shell import scaled, wait_until

CLIENTS = 200
VOLUME = "shop-stores_postgres"
USERLIST = "/etc/holdfast/stores/pgbouncer/userlist.txt"
SECRET = "POSTGRES_PASSWORD_SHOP"
CLUSTER = "SELECT system_identifier FROM pg_control_system()"
# Compose before 2.27, which the lab's hosts have, makes a service anew with the one that it depends on.
DEPENDENTS = {"web": {"admin"}}
# Within an application's container, by its own connection string: every client has asked, and none has left.
CROWD = """
import asyncio, asyncpg, json, os, sys
async def main(wanted):
    url = os.environ["DATABASE_URL"]
    clients = []
    for _ in range(wanted):
        clients.append(await asyncpg.connect(url, timeout=30))
    rounds = [await asyncio.gather(*(each.fetchval("SELECT pg_backend_pid()") for each in clients)) for _ in range(3)]
    servers = await clients[0].fetchval("SELECT count(*) FROM pg_stat_activity WHERE usename = current_user")
    pids = {pid for each in rounds for pid in each}
    print(json.dumps({"clients": len(clients), "servers": servers, "pids": len(pids)}))
    sys.stdout.flush()
    sys.stdin.readline()
    for each in clients:
        await each.close()
asyncio.run(main(int(sys.argv[1])))
"""


# The crowd stays until it is told to go, and the pooler is asked meanwhile who is there.
COUNT = """
mkfifo /tmp/crowd
docker exec -i "$1" python3 -c "$0" "$2" < /tmp/crowd > /tmp/crowd.out &
exec 3> /tmp/crowd
while kill -0 $! && ! [ -s /tmp/crowd.out ]; do sleep 0.2; done
cat /tmp/crowd.out
docker exec "$3" psql -XAtqw -h /tmp -U pgbouncer -d pgbouncer -c 'SHOW CLIENTS' | grep -vc '|pgbouncer|'
echo >&3
wait
rm /tmp/crowd /tmp/crowd.out
"""


@pytest.fixture(scope="module")
def shop(scenario: Scenario) -> Site:
    """Return the shop's public name."""
    return Site(
        address=scenario.row.address, name="shop.example.org", authority=BUILD / "changed.tls" / "authority.pem"
    )


@pytest.fixture(scope="module")
def declared(scenario: Scenario) -> dict[str, Any]:
    """Return the inventory's declaration with a pool."""
    pooled = copy.deepcopy(scenario.declared)
    pooled["stores"]["postgres"]["pool"] = {"clients": CLIENTS}
    return pooled


@pytest.fixture(scope="module")
def arguments(declared: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Return what makes a run work by it."""
    return instead(declared, tmp_path_factory.mktemp("pooled") / "declared.json")


@pytest.fixture(scope="module", autouse=True)
def as_it_was(scenario: Scenario) -> Iterator[None]:
    """Have the host as the inventory declares it, also where a test of this file fails."""
    yield
    well(scenario)


def console(scenario: Scenario, what: str) -> list[dict[str, str]]:
    """Return a table of the pooler's console."""
    psql = ["psql", "-Xqw", "--csv", "-h", "/tmp", "-U", "pgbouncer", "-d", "pgbouncer", "-c", f"SHOW {what}"]  # noqa: S108
    told = scenario.inside("docker", "exec", one(scenario, "pgbouncer").identity, *psql)
    return list(csv.DictReader(told.splitlines()))


def sql(scenario: Scenario, query: str) -> str:
    """Return what the server itself says."""
    psql = ["docker", "exec", one(scenario, "db").identity, "psql", "-XAtqU", "holdfast", "-d", "shop", "-c", query]
    return scenario.inside(*psql).strip()


def holders(scenario: Scenario) -> list[str]:
    """Return the services of all containers that have the server's volume, running or not."""
    mounted = [(each.service, mount.get("Name")) for each in containers(scenario) for mount in each.inspected["Mounts"]]
    return [service for service, name in mounted if name == VOLUME]


def works(site: Site) -> None:
    """Assert that rows are written and read, and that a job is done."""
    text = f"a row, {uuid.uuid4()}"
    # The first to find its connections gone asks once more; the services that no request reached have theirs still.
    well_known = {"status": "healthy", "database": True}
    wait_until("the web", lambda: site.get("/health").json == well_known, seconds=scaled(30))
    assert site.post("/rows", {"text": text}).status == 201
    assert text in [row["text"] for row in site.get("/rows").json]
    queued = site.post("/jobs", {"text": text})
    assert queued.status == 202
    wait_until("the job", lambda: site.get(f"/jobs/{queued.json['id']}").json["state"] == "done", seconds=scaled(30))


def switched(scenario: Scenario, arguments: tuple[str, ...], told: dict[str, Any]) -> None:
    """Run, and assert that just those services are started, replaced or stopped of which the plan says so."""
    before = identities(scenario)
    ended = well(scenario, *arguments)
    after = identities(scenario)
    assert ended.changed[scenario.host] > 0
    gone = {service for identity, (service, _) in before.items() if identity not in after}
    made = {service for identity, (service, _) in after.items() if identity not in before}
    kept = {key: value for key, value in before.items() if key in after and value[0] != "migrate"}
    dependent = {other for service in told for other in DEPENDENTS.get(service, ())}
    for changed, actions in ((made, ("start", "restart")), (gone, ("stop", "restart"))):
        said = {name for name, (action, _) in told.items() if action in actions}
        assert changed - dependent == said | (changed & {"migrate"})
    assert {key: value for key, value in after.items() if key in kept} == kept


def test_switching_on_is_said_before_and_keeps_the_data(
    scenario: Scenario, shop: Site, declared: dict[str, Any], arguments: tuple[str, ...], tmp_path: Path
) -> None:
    works(shop)
    rows, cluster = sql(scenario, "SELECT count(*) FROM rows"), sql(scenario, CLUSTER)
    told = foreseen(scenario, declared, tmp_path)
    assert told["db"] == ("restart", ("definition",))
    assert told["pgbouncer"] == ("start", ("it is not there yet",))
    switched(scenario, arguments, told)
    assert sql(scenario, CLUSTER) == cluster
    assert int(sql(scenario, "SELECT count(*) FROM rows")) == int(rows)
    assert holders(scenario) == ["db"]


def test_the_application_works_through_the_pooler(scenario: Scenario, shop: Site) -> None:
    works(shop)
    assert {row["database"] for row in console(scenario, "CLIENTS")} >= {"shop"}
    # Whoever is connected, but for those on the server's own socket, comes from the pooler.
    networks = one(scenario, "pgbouncer").inspected["NetworkSettings"]["Networks"]
    address = networks["shop-pool"]["IPAddress"]
    query = "SELECT DISTINCT host(client_addr) FROM pg_stat_activity WHERE client_addr IS NOT NULL"
    assert sql(scenario, query) == address
    assert list(one(scenario, "db").inspected["NetworkSettings"]["Networks"]) == ["shop-pool"]


def test_two_hundred_clients_share_few_connections(scenario: Scenario, figure: Callable[[str], None]) -> None:
    pooler = scenario.plan["stores"]["postgres"]["pooler"]
    web = one(scenario, "web").identity
    own = len([row for row in console(scenario, "CLIENTS") if row["database"] != "pgbouncer"])
    words = (web, str(CLIENTS - own), one(scenario, "pgbouncer").identity)
    first, counted = scenario.inside("sh", "-euc", COUNT, CROWD, *words).splitlines()[-2:]
    told = json.loads(first)
    assert int(counted) >= CLIENTS
    assert told["clients"] == CLIENTS - own
    assert 0 < told["servers"] <= pooler["server_connections"] < CLIENTS / 10
    figure(f"pool: {counted} clients at once, {told['servers']} connections of the server's for their role")


def test_the_second_run_changes_nothing(scenario: Scenario, arguments: tuple[str, ...]) -> None:
    before = identities(scenario)
    ended = well(scenario, *arguments)
    assert ended.changed == {scenario.host: 0}, ended.output
    assert identities(scenario) == before


def test_verify_finds_a_pooler_that_runs_with_another_value(scenario: Scenario, arguments: tuple[str, ...]) -> None:
    assert well(scenario, *arguments, playbook="playbooks/verify.yml").changed == {scenario.host: 0}
    psql = ["psql", "-Xqw", "-h", "/tmp", "-U", "pgbouncer", "-d", "pgbouncer", "-c"]  # noqa: S108
    inside = ("docker", "exec", one(scenario, "pgbouncer").identity, *psql)
    scenario.inside(*inside, "SET server_idle_timeout = 299")
    found = play(scenario, *arguments, playbook="playbooks/verify.yml")
    assert found.code != 0
    assert "stores.postgres.pool.settings.server_idle_timeout" in found.output
    scenario.inside(*inside, "RELOAD")
    live = {row["key"]: row["value"] for row in console(scenario, "CONFIG")}
    assert live["server_idle_timeout"] == "300"


def test_its_console_answers_nobody_over_the_network(scenario: Scenario) -> None:
    # To be let in fails here.
    psql = "! psql -Xqw -h 127.0.0.1 -U pgbouncer -d pgbouncer -c 'SHOW VERSION' 2>&1"
    said = scenario.inside("docker", "exec", one(scenario, "pgbouncer").identity, "sh", "-c", psql)
    assert "no password supplied" in said


def test_its_passwords_are_its_own_to_read(scenario: Scenario) -> None:
    stat = scenario.inside("stat", "--format", "%a %u", USERLIST).split()
    assert stat == ["400", "70"]
    inspected = json.dumps(one(scenario, "pgbouncer").inspected)
    assert scenario.inside("cat", f"/etc/holdfast/secrets/{SECRET}").strip() not in inspected


def test_another_password_reaches_it_without_a_restart(
    scenario: Scenario, shop: Site, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    given = tmp_path / "secrets.json"
    held = yaml.safe_load((scenario.inventory / "group_vars/shop/roles.yml").read_text(encoding="utf-8"))["app_secrets"]
    secrets = {**held, SECRET: f"given-{uuid.uuid4()}"}
    given.write_text(json.dumps({"app_secrets": secrets}), encoding="utf-8")
    before = of_service(scenario, "pgbouncer") + of_service(scenario, "db")
    well(scenario, *arguments, "-e", f"@{given}")
    after = of_service(scenario, "pgbouncer") + of_service(scenario, "db")
    assert [(each.identity, each.started) for each in after] == [(each.identity, each.started) for each in before]
    assert secrets[SECRET] in one(scenario, "web").environment["DATABASE_URL"]
    works(shop)


def test_switching_off_keeps_the_data_too(scenario: Scenario, shop: Site, tmp_path: Path) -> None:
    rows = sql(scenario, "SELECT count(*) FROM rows")
    told = foreseen(scenario, scenario.declared, tmp_path)
    assert told["db"] == ("restart", ("definition",))
    assert told["pgbouncer"] == ("stop", ("it is not a service any more",))
    switched(scenario, (), told)
    assert int(sql(scenario, "SELECT count(*) FROM rows")) == int(rows)
    assert holders(scenario) == ["db"]
    scenario.inside("test", "!", "-e", USERLIST)
    works(shop)
    assert well(scenario).changed == {scenario.host: 0}

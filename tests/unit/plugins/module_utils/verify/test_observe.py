# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is seen of a host: by the engine's answers, the stores' and the edge's, each made up here."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.verify import confined
from ansible_collections.holdfast.host.plugins.module_utils.verify import observe as subject

INSPECTED = {
    "Name": "/shop-stores-db-1",
    "Config": {
        "Image": "postgres:18",
        "Labels": {"com.docker.compose.project": "shop-stores", "com.docker.compose.service": "db"},
    },
    "State": {"Status": "running", "ExitCode": 0, "OOMKilled": False, "Health": {"Status": "healthy"}},
    "NetworkSettings": {"Networks": {"shop-edge": {}, "shop-blue_default": {}}},
    "HostConfig": {"Memory": 1024, "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}], "81/udp": None}},
}
STORE = {"project": "shop-stores", "service": "db", "superuser": "holdfast", "auth": True}
FOUND = [subject.parse_container(INSPECTED)]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the answers of programs by a word of their command line; a command without one fails."""
    given: dict[str, str] = {}

    def run(command: list[str], timeout: int, text: str | None = None) -> str:
        line = " ".join([*command, text or ""])
        for word, answer in given.items():
            if word in line:
                return answer
        raise RuntimeError(f"no answer within {timeout} s")

    monkeypatch.setattr(subject, "run", run)
    return given


def test_a_container_as_the_engine_inspects_it() -> None:
    assert FOUND[0] == {
        "name": "shop-stores-db-1",
        "project": "shop-stores",
        "service": "db",
        "image": "postgres:18",
        "state": "running",
        "exit_code": 0,
        "health": "healthy",
        "oom_killed": False,
        "memory_bytes": 1024,
        "labels": INSPECTED["Config"]["Labels"],  # type: ignore[index]
        "published": [{"address": "", "port": 8080, "protocol": "tcp"}],
        "confined": confined.parse(INSPECTED),
        "networks": ["shop-blue_default", "shop-edge"],
    }


def test_a_running_containers_ports_are_where_the_engine_put_them() -> None:
    ports = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}], "81/tcp": None}
    seen = subject.parse_container(INSPECTED | {"NetworkSettings": {"Ports": ports, "Networks": {}}})
    assert seen["published"] == [{"address": "127.0.0.1", "port": 8080, "protocol": "tcp"}]


def test_a_container_without_labels_health_or_ports() -> None:
    bare: dict[str, Any] = json.loads(json.dumps(INSPECTED))
    bare["Config"]["Labels"] = None
    del bare["State"]["Health"]
    bare["HostConfig"]["PortBindings"] = None
    seen = subject.parse_container(bare)
    assert (seen["project"], seen["health"], seen["published"], seen["labels"]) == (None, None, [], {})


def test_a_host_without_containers_is_not_inspected(answers: dict[str, str]) -> None:
    answers["docker ps"] = ""
    assert subject.containers(5) == []
    answers["docker ps"] = "abc\n"
    answers["docker inspect --type container abc"] = json.dumps([INSPECTED])
    assert subject.containers(5) == FOUND


def test_the_stores_settings(answers: dict[str, str]) -> None:
    answers["pg_settings"] = '{"jit": {"setting": "off"}}'
    answers["redis-cli"] = '{"maxmemory": "1", "requirepass": "hush"}'
    assert subject.postgres(FOUND, STORE, 5) == {"jit": {"setting": "off"}}
    # A password is none of a plan's business.
    assert subject.redis(FOUND, STORE, 5) == {"maxmemory": "1"}


@pytest.mark.parametrize("answer", [None, "not json", '"NOAUTH"'])
def test_a_store_that_answers_something_else(answers: dict[str, str], answer: str | None) -> None:
    if answer is not None:
        answers["redis-cli"] = answer
    assert set(subject.redis(FOUND, STORE, 5)) == {"error"}
    assert subject.postgres([], STORE, 5) == {"error": "no container of it is running"}


def test_without_an_engine_everything_is_missing_and_says_why(answers: dict[str, str]) -> None:
    assert not answers
    seen = subject.observe({"postgres": STORE, "redis": None, "routes": []}, 5)
    assert seen["containers"] == []
    assert seen["postgres"] == seen["redis"] == {"error": "no answer within 5 s"}


def test_the_whole_host(answers: dict[str, str]) -> None:
    answers["docker ps"] = "abc"
    answers["docker inspect"] = json.dumps([INSPECTED])
    answers["pg_settings"] = "{}"
    seen = subject.observe({"postgres": STORE, "redis": None, "routes": []}, 5)
    assert seen.pop("kernel")["values"] == {}
    machine: dict[str, object] = {"sshd": [], "volume": None, "backup": None, "kit": None}
    machine |= {name: {} for name in ("firewall", "egress", "engine", "hardening", "access_log")}
    assert seen == {"containers": FOUND, "postgres": {}, "pooler": {}, "redis": {}, "routes": []} | machine


POOLER = {"project": "shop-stores", "service": "db", "settings": {"listen_port": "5432"}}


def test_the_pooler_by_its_console(answers: dict[str, str]) -> None:
    answers["SHOW CONFIG"] = 'key,value,default,changeable\nlisten_addr,*,,no\nodd,"a, b",,yes\n'
    answers["SHOW DATABASES"] = "name,host,port\nshop,db-direct,5432\npgbouncer,,5432\n"
    answers["SHOW USERS"] = "name,pool_mode\npgbouncer,\nshop,\n"
    assert subject.pooler(FOUND, POOLER, 5) == {
        "settings": {"listen_addr": "*", "odd": "a, b"},
        "databases": {"shop": "db-direct"},
        "roles": ["shop"],
    }
    answers["SHOW USERS"] = "user\nshop\n"
    assert "no column 'name'" in subject.pooler(FOUND, POOLER, 5)["error"]
    assert subject.pooler([], POOLER, 5) == {"error": "no container of it is running"}


def test_what_a_socket_does_not_show_is_asked_otherwise(answers: dict[str, str]) -> None:
    """A session over a local socket reports 0 for TCP's settings; the value that a session begins with is right."""
    answers["CASE WHEN name ~ '^tcp_' THEN reset_val"] = '{"tcp_keepalives_idle": {"setting": "60"}}'
    assert subject.postgres(FOUND, STORE, 5) == {"tcp_keepalives_idle": {"setting": "60"}}


def test_a_program_that_fails_is_told_by_its_own_words() -> None:
    assert subject.run([sys.executable, "-c", "print(input())"], 20, "hello\n") == "hello\n"
    for code, said in (("import sys; sys.exit('broken')", "broken"), ("raise SystemExit(3)", "failed with 3")):
        with pytest.raises(RuntimeError, match=said):
            subject.run([sys.executable, "-c", code], 20)
    with pytest.raises(RuntimeError, match="absent-program"):
        subject.run(["absent-program"], 20)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"{self.path} of {self.headers['Host']}".encode() + b"." * 1000
        self.send_response(503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def edge(tmp_path: Path) -> Any:
    """Yield the port of an HTTPS server with a certificate that nobody knows."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=x"]
    command = ["openssl", "req", "-x509", *kind, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_edge_is_asked_for_a_route_under_its_public_name(edge: int, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", lambda address, timeout: connect((address[0], edge), timeout))
    answer = subject.ask("www.example.org", "/health", 10)
    assert answer["status"] == 503
    assert answer["body"].startswith("/health of www.example.org...")
    assert len(answer["body"]) == subject.BODY


def test_an_edge_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_address: object, timeout: float) -> socket.socket:
        raise ConnectionRefusedError(f"refused within {timeout} s")

    monkeypatch.setattr(socket, "create_connection", refuse)
    assert subject.ask("www.example.org", "/", 1) == {"error": "refused within 1 s"}

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The measurement: one container per configuration and one backend on a network of their own, wrk from a third side."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.boxes import Group, Watch, address, box, state
from tests.lab import catalogue
from tests.lab.paths import IMAGES
from tests.lab.shell import run, succeeds, wait_until

from .contenders import BACKEND_CONF, NAME, lay_out
from .stats import Run, parse

PREFIX = f"hfn-nginx-{os.getpid()}"
SIZES = {"1k": 1 << 10, "16k": 16 << 10, "50k": 50 << 10, "1m": 1 << 20}
GIB = 1 << 30


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What is asked for. path: of the request; words: more for wrk; connections: of the clients."""

    path: str
    words: tuple[str, ...] = ()
    connections: int = 32


CELLS: dict[str, Cell] = {
    "proxy 1 KiB": Cell(path="/api/1k.json"),
    "proxy 16 KiB": Cell(path="/api/16k.json"),
    "proxy 1 KiB, no keep-alive": Cell(path="/api/1k.json", words=("-H", "Connection: close")),
    "static 1 KiB": Cell(path="/static/1k.bin"),
    "static 50 KiB": Cell(path="/static/50k.bin"),
    "static 1 MiB": Cell(path="/static/1m.bin"),
    "static 1 KiB, no keep-alive": Cell(path="/static/1k.bin", words=("-H", "Connection: close")),
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """The containers that run. hosts: contender -> address; watches: contender -> its memory."""

    network: str
    hosts: Mapping[str, str]
    watches: Mapping[str, Watch]

    def wrk(self, contender: str, cell: Cell, seconds: int) -> Run:
        """Return one run against one contender."""
        words = ["-t2", f"-c{cell.connections}", f"-d{seconds}s", "--latency", "--timeout=5s", *cell.words]
        name = f"--add-host={NAME}:{self.hosts[contender]}"
        options = ["--rm", f"--name={PREFIX}-wrk", f"--network={self.network}", name, "--memory=256m"]
        url = f"https://{NAME}:443{cell.path}"  # The image has no table of services.
        group = self.watches[contender].group
        before = group.cpu_seconds()
        text = run(["docker", "run", *options, image("bench"), "wrk", *words, url], timeout=seconds + 60)
        return parse(text, group.cpu_seconds() - before)

    def pairs(self, cell: Cell, count: int, seconds: int) -> dict[str, list[Run]]:
        """Return each contender's runs, interleaved; who begins changes from pair to pair."""
        names = list(self.hosts)
        seen: dict[str, list[Run]] = {name: [] for name in names}
        for number in range(count):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                seen[name].append(self.wrk(name, cell, seconds))
        return seen


def image(name: str) -> str:
    """Return the reference of an image of the lab."""
    return catalogue.reference(name, IMAGES)


def prepare(directory: Path, texts: Mapping[str, str]) -> None:
    """Write the certificate, the files that are served, and each contender's configuration."""
    directory.chmod(0o755)
    subject = ["-subj", f"/CN={NAME}", "-days", "2", "-keyout", "/bench/tls.key", "-out", "/bench/tls.pem"]
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *subject]
    run(["docker", "run", "--rm", f"--volume={directory}:/bench", image("bench"), *make])
    noise = random.Random(11)  # noqa: S311 - the same files in every run
    for folder, ending in (("static", "bin"), ("api", "json")):
        (directory / "www" / folder).mkdir(parents=True)
        for name, size in SIZES.items():
            content = (
                noise.randbytes(size) if ending == "bin" else b'"' + noise.randbytes(size // 2).hex().encode() + b'"'
            )
            (directory / "www" / folder / f"{name}.{ending}").write_bytes(content[:size])
    (directory / "backend.conf").write_text(BACKEND_CONF, encoding="utf-8")
    for name, text in texts.items():
        lay_out(directory, name, text)


def _command(conf: str) -> Sequence[str]:
    return ["nginx", "-c", f"/bench/{conf}.conf", "-g", "daemon off;"]


@contextmanager
def running(directory: Path, contenders: Sequence[str], limit: int) -> Iterator[Field]:
    """Run backend and contenders, each contender under the limit in bytes, and remove everything in the end."""
    network = f"{PREFIX}-net"
    log = ["--log-driver=json-file", "--log-opt=max-size=20m", "--log-opt=max-file=2"]
    common = [f"--network={network}", f"--volume={directory}:/bench:ro", *log]
    run(["docker", "network", "create", "--driver=bridge", network])
    with ExitStack() as stack:
        stack.callback(run, ["docker", "network", "rm", network])
        # An interrupted run leaves its client, which would hold the network.
        stack.callback(succeeds, ["docker", "rm", "--force", f"{PREFIX}-wrk"])
        alias = ["--network-alias=app.blue"]
        backend = box(
            f"{PREFIX}-backend", image("nginx"), limit=GIB, options=[*common, *alias], command=_command("backend")
        )
        stack.enter_context(backend)
        hosts, watches = {}, {}
        for name in contenders:
            container = f"{PREFIX}-{name}"
            stack.enter_context(box(container, image("nginx"), limit=limit, options=common, command=_command(name)))
            wait_until(name, partial(_serves, container), seconds=20)
            hosts[name] = address(container)
            watches[name] = Watch(group=Group.of(state(container).pid)).start()
            stack.callback(watches[name].stop)
        yield Field(network=network, hosts=hosts, watches=watches)


def _serves(container: str) -> bool:
    name = f"{NAME}:443:127.0.0.1"
    url = f"https://{NAME}/api/1k.json"
    return succeeds(["docker", "exec", container, "curl", "-kfsS", "-o", "/dev/null", "--resolve", name, url])

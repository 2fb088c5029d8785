# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The settings of the Docker engine, each with its reason, and what the benchmark asks for and is not done.

Sources: CIS Docker Benchmark 1.7, sections 2 and 3; dockerd's reference page for what each option does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host

CONFIG = "/etc/docker/daemon.json"
# nginx may hold 2 x 16384 connections and its logs; search engines ask for 65535.
FILES = 65536


@dataclass(frozen=True, kw_only=True)
class Option:
    """One key of daemon.json. reason: why it has this value."""

    name: str
    value: Any
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as a JSON-able dict."""
        return asdict(self)


LOG_OPTIONS = {"max-size": "20m", "max-file": "5"}
OPTIONS = (
    Option(name="live-restore", value=True, reason="containers run on while the engine restarts or is upgraded"),
    Option(
        name="userland-proxy",
        value=False,
        reason="a process for each port, which hides clients' addresses, is not needed",
    ),
    Option(name="no-new-privileges", value=True, reason="set-user-ID programs in containers make nobody root"),
    Option(name="log-level", value="info", reason="what happened is told, and no request's content"),
    Option(name="log-driver", value="json-file", reason="docker logs works, and capped files need no other program"),
    Option(name="log-opts", value=dict(LOG_OPTIONS), reason="a container's log takes 100 MB of the disk at most"),
    Option(
        name="icc",
        value=False,
        reason="containers that were started by hand, on the default bridge, see no others there",
    ),
    Option(name="ip", value="127.0.0.1", reason="a port that is published by hand there is the host's own"),
)


def _ulimits(host: Host) -> Option:
    """Return the limits of a container that says none; no more files than the host itself may hold."""
    most = min(FILES, host.open_files or FILES)
    return Option(
        name="default-ulimits",
        value={
            "nofile": {"Name": "nofile", "Soft": most, "Hard": most},
            "core": {"Name": "core", "Soft": 0, "Hard": 0},
        },
        reason="files for a busy server, and no end of them; memory with secrets in it is not written to a disk",
    )


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """What a rule of the benchmark asks for and is not done. rule: its number."""

    rule: str
    what: str
    reason: str

    def as_dict(self) -> dict[str, str]:
        """Return it as a JSON-able dict."""
        return asdict(self)


EXEMPTIONS = (
    Exemption(
        rule="2.1",
        what="the engine runs as root",
        reason="rootless engines have no limits of block devices, no overlay of ports below 1024 and another way of"
        " publishing, past the host's firewall; what runs in containers is not root instead",
    ),
    Exemption(
        rule="2.9",
        what="no mapping of users",
        reason="bind-mounted configuration and secrets of root, and volumes that exist, would belong to nobody; the"
        " managed stores run as users without any capability instead",
    ),
    Exemption(
        rule="2.12",
        what="no authorization plugin",
        reason="only root reaches the socket, and a plugin that fails stops every release and every restore",
    ),
    Exemption(
        rule="2.13",
        what="logs stay on the host",
        reason="capped files that docker logs reads; monitoring collects them from there",
    ),
    Exemption(
        rule="2.17",
        what="Docker's own filter of system calls",
        reason="one filter for all would have to allow what the least common program needs; the default is never off",
    ),
    Exemption(
        rule="4.5",
        what="no content trust",
        reason="Docker Hub ends its notary service; an image with a digest is verified by the engine itself",
    ),
    Exemption(
        rule="5.8",
        what="the edge publishes ports 80 and 443",
        reason="that is where browsers ask",
    ),
    Exemption(
        rule="5.13",
        what="the application's services can write to their own file system",
        reason="what they write is unknown; read_only in the Compose file is kept",
    ),
    Exemption(
        rule="5.14",
        what="the edge answers on all addresses",
        reason="a host's addresses change; which ones answer is the firewall's matter",
    ),
    Exemption(
        rule="5.15",
        what="containers restart for ever",
        reason="the engine waits longer each time, up to a minute; a store that gave up after five is an outage",
    ),
)


def expected(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return what verify compares of the plan's part: the file, and its settings by name."""
    return {"config": part["config"], "settings": {each["name"]: each["value"] for each in part["settings"]}}


def part(host: Host) -> dict[str, Any]:
    """Return the engine's part of the plan."""
    return {
        "config": CONFIG,
        "settings": [each.as_dict() for each in (*OPTIONS, _ulimits(host))],
        "exemptions": [each.as_dict() for each in EXEMPTIONS],
    }

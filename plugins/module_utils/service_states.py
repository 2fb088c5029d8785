# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Whether a project's services are healthy: containers in, a state for each service out."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.containers import Container

HEALTHY, DONE, WAITING, FAILED, MISSING = "healthy", "done", "waiting", "failed", "missing"
GOOD = (HEALTHY, DONE)
_POLL_SECONDS = 0.5
_HTTP_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service to wait for. port None: its containers are not asked over HTTP."""

    name: str
    port: int | None = None
    path: str = "/"
    replicas: int = 1


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The state of a service. seconds: when it was first seen good, else None. failing: names of containers."""

    state: str
    reason: str = ""
    seconds: float | None = None
    containers: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as a JSON-able dict."""
        return {**asdict(self), "containers": list(self.containers), "failing": list(self.failing)}


# Asks a container over HTTP and returns what is wrong, empty where nothing is.
Ask = Callable[[Container, Service], str]


def ask(container: Container, service: Service) -> str:
    """Return why a container does not answer 200 to 399 on its own address, empty where it does."""
    if service.port is None:
        return ""
    if not container.address:
        return "has no address to be asked on"
    connection = http.client.HTTPConnection(container.address, service.port, timeout=_HTTP_SECONDS)
    try:
        connection.request("GET", service.path, headers={"Host": "localhost", "User-Agent": "holdfast"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"does not answer on {container.address}:{service.port}: {error or type(error).__name__}"
    finally:
        connection.close()
    return "" if 200 <= status < 400 else f"answers {status} on {service.path}"


def look(container: Container, service: Service, ask: Ask) -> tuple[str, str]:
    """Return the state of one container and the reason for it."""
    if container.status == "exited" and container.restart == "no":
        return (DONE, "") if container.exit_code == 0 else (FAILED, f"exited with {container.exit_code}")
    if container.status == "dead":
        return FAILED, "is dead"
    if not container.running:
        return WAITING, f"is {container.status} (last exit status {container.exit_code})"
    if container.health not in ("", "healthy"):
        return WAITING, f"is {container.health}"
    problem = ask(container, service)
    return (WAITING, problem) if problem else (HEALTHY, "")


def judge(service: Service, containers: Sequence[Container], ask: Ask) -> Verdict:
    """Return the state of a service: that of its worst container."""
    names = tuple(container.name for container in containers)
    if len(containers) < service.replicas:
        state = WAITING if containers else MISSING
        return Verdict(state=state, reason=f"{len(containers)} of {service.replicas} containers", containers=names)
    states = [(container.name, *look(container, service, ask)) for container in containers]
    order = (FAILED, WAITING, DONE, HEALTHY)
    worst = min((state for _, state, _ in states), key=order.index)
    bad = [(name, reason) for name, state, reason in states if state not in GOOD]
    reason = "; ".join(f"{name} {reason}" for name, reason in bad)
    return Verdict(state=worst, reason=reason, containers=names, failing=tuple(name for name, _ in bad))


def wait(
    services: Iterable[Service], find: Callable[[], Sequence[Container]], timeout_seconds: float, ask: Ask = ask
) -> dict[str, Verdict]:
    """Return the state of each service by name, once all are good, one has failed for good, or time is up.

    find: returns the project's containers. Raises what ``find`` raises.
    """
    start = time.monotonic()
    wanted = list(services)
    verdicts: dict[str, Verdict] = {}
    while True:
        containers = find()
        for service in wanted:
            own = [container for container in containers if container.service == service.name]
            verdict = judge(service, own, ask)
            known = verdicts.get(service.name)
            first = known.seconds if known and known.state in GOOD else round(time.monotonic() - start, 1)
            verdicts[service.name] = replace(verdict, seconds=first if verdict.state in GOOD else None)
        states = {verdict.state for verdict in verdicts.values()}
        left = timeout_seconds - (time.monotonic() - start)
        if states <= set(GOOD) or FAILED in states or left <= 0:
            return verdicts
        time.sleep(min(_POLL_SECONDS, left))


def explain(verdicts: Mapping[str, Verdict], logs: Mapping[str, str]) -> str:
    """Return which services are not healthy and why, with the last lines of their containers."""
    blocks = []
    for name, verdict in verdicts.items():
        if verdict.state not in GOOD:
            blocks.append(f"{name}: {verdict.state}: {verdict.reason}")
            blocks += [f"--- last lines of {box}\n{logs[box]}" for box in verdict.failing if logs.get(box)]
    return "\n".join(blocks)

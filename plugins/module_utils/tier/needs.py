# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a tier asks for besides size, judged by what is declared. Nothing is measured here, and nothing is looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Project
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT, Stack
from ansible_collections.holdfast.host.plugins.module_utils.spec.stores import declared
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Ask, Tier

MET, UNMET, UNKNOWN = "met", "unmet", "unknown"
# Names that nobody can own (RFC 2606, RFC 6761), so that no authority signs a certificate for them.
_RESERVED = ("example", "test", "invalid", "localhost", "example.com", "example.net", "example.org")
# Member states by ISO 3166-1; eu is reserved there for the Union itself, el is what its own institutions write for gr.
_EU = frozenset(
    "at be bg cy cz de dk ee el es eu fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk".split()  # noqa: SIM905
)
_POSTGRES_IMAGES = frozenset({"postgres", "postgresql", "pgvector", "postgis", "timescaledb"})


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is judged: the declaration, the Compose project (None: it cannot be read), the names in app_secrets."""

    stack: Stack
    project: Project | None = None
    provided: frozenset[str] = frozenset()

    def variables(self) -> Mapping[str, bool]:
        """Return every variable of the containers, and whether it will have a value."""
        found: dict[str, bool] = {}
        for name, service in (self.project.services if self.project else {}).items():
            own = self.stack.services[name].environment if name in self.stack.services else {}
            for variable, value in {**service.environment, **own}.items():
                found[variable] = found.get(variable, False) or bool(value)
        made = (name for name, mode in self.stack.secrets.items() if mode != "keep")
        return found | dict.fromkeys((*made, *self.provided), True)

    def value(self, variable: str) -> str:
        """Return the first value that a container has of a variable, empty where none has."""
        for name, service in (self.project.services if self.project else {}).items():
            own = self.stack.services[name].environment if name in self.stack.services else {}
            if text := {**service.environment, **own}.get(variable):
                return text
        return ""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What became of one ask: met, unmet or unknown, why, and the findings; their level is set by the caller."""

    what: str
    verdict: str
    reason: str
    findings: tuple[Finding, ...] = field(default=())

    def as_dict(self) -> dict[str, str]:
        """Return what, verdict and reason, as plans show them."""
        return {"what": self.what, "verdict": self.verdict, "reason": self.reason}


def judge(tier: Tier, said: Said, mode: str = "enforce") -> list[Judged]:
    """Return each thing that ``tier`` asks for besides size, judged, in the tier's order.

    mode: "enforce" keeps the level that the tier's row gives a finding, "warn" makes all of them warnings. What is
    unknown is never an error.
    """
    judged = []
    for ask in tier.needs:
        each = _judge(ask, said)
        level = ask.level if each.verdict == UNMET and mode == "enforce" else WARNING
        asked = tuple(
            replace(finding, rule=f"tier {tier.name} asks for {ask.what}: {finding.rule}", level=level)
            for finding in each.findings
        )
        judged.append(replace(each, findings=asked))
    return judged


def _judge(ask: Ask, said: Said) -> Judged:
    if ask.when and said.value(ask.when[0]).lower() != ask.when[1]:
        name, value = ask.when
        return Judged(what=ask.what, verdict=MET, reason=f"asked for with {name}={value} alone")
    verdict, reason, found = JUDGES[ask.kind](ask, said)
    return Judged(what=ask.what, verdict=verdict, reason=reason, findings=tuple(found))


_Answer = tuple[str, str, list[Finding]]


def _unread(_ask: Ask) -> _Answer:
    return UNKNOWN, "the Compose file cannot be read", []


def _settings(ask: Ask, said: Said) -> _Answer:
    """Judge whether for each of ask.names some variable whose name has all of its words will have a value."""
    if said.project is None:
        return _unread(ask)
    known = said.variables()
    missing = [words for words in ask.names if not any(known[name] for name in known if _has(name, words))]
    if not missing:
        return MET, "set", []
    shown = ", ".join(f"*{words.replace(' ', '_*')}*" for words in missing)
    rule = f"no variable {shown} has a value"
    hint = f"set it in {ROOT}.services.<name>.environment, or under {ROOT}.secrets with its value in app_secrets"
    return UNMET, rule, [Finding(path=f"{ROOT}.services", rule=rule, hint=hint)]


def _has(name: str, words: str) -> bool:
    return all(word in name.upper() for word in words.split())


def _dns(_ask: Ask, said: Said) -> _Answer:
    routes = [
        (f"{ROOT}.services.{name}.routes[{index}].host", route.host)
        for name, service in said.stack.services.items()
        for index, route in enumerate(service.routes)
    ]
    if not routes:
        hint = f"{ROOT}.services.<name>.routes: [{{host: ...}}]"
        return UNMET, "there is no route", [Finding(path=f"{ROOT}.services", rule="there is no route", hint=hint)]
    found = [
        Finding(path=path, value=host, rule="nobody can own this name", hint="name a host of a domain of yours")
        for path, host in routes
        if _reserved(host)
    ]
    if found:
        hosts = ", ".join(dict.fromkeys(str(finding.value) for finding in found))
        return UNMET, f"nobody can own {hosts}", found
    return MET, f"{len(routes)} routes; whether their names lead to this machine is not asked", []


def _reserved(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in _RESERVED)


def _tls(_ask: Ask, said: Said) -> _Answer:
    mode = said.stack.tls.mode
    if mode != "self-signed":
        return MET, f"tls.mode is {mode}; who signed it is not read", []
    rule = "browsers warn of a self-signed one"
    hint = f"{ROOT}.tls: {{mode: files, certificate: ..., key: ...}}"
    return UNMET, rule, [Finding(path=f"{ROOT}.tls.mode", value=mode, rule=rule, hint=hint)]


def _location(_ask: Ask, said: Said) -> _Answer:
    place, path = said.stack.location, f"{ROOT}.location"
    if place is None:
        rule = "nothing says where the machine stands"
        return UNKNOWN, rule, [Finding(path=path, rule=rule, hint="location: eu, or a country such as de")]
    if place.lower() in _EU:
        return MET, f"declared: {place}", []
    rule = "this is no member state"
    return (
        UNMET,
        f"declared: {place}; {rule}",
        [Finding(path=path, value=place, rule=rule, hint="use a machine in the Union, or another tier")],
    )


def _secrets(_ask: Ask, said: Said) -> _Answer:
    kept = [name for name, mode in said.stack.secrets.items() if mode == "keep"]
    rule = "kept as the Compose file has it, which is a development value"
    hint = "generate, or provide with its value in app_secrets"
    found = [Finding(path=f"{ROOT}.secrets.{name}", value="keep", rule=rule, hint=hint) for name in kept]
    if found:
        return UNMET, f"kept as Compose has them: {', '.join(kept)}", found
    return MET, "each is made on the host or given", []


def _store(ask: Ask, said: Said) -> _Answer:
    (kind,) = ask.names
    if kind in declared(said.stack.stores):
        return MET, "managed, with a volume of its own", []
    if said.project is None:
        return _unread(ask)
    carried = dict(_carried(said.project)) if kind == "postgres" else {}
    with_volume = [name for name, kept in carried.items() if kept]
    if with_volume:
        return MET, f"service {with_volume[0]} has a volume", []
    rule = f"service {next(iter(carried))} has no volume" if carried else "no such store is declared"
    hint = f"{ROOT}.stores: {{{kind}: {{service: ...}}}}"
    return UNMET, rule, [Finding(path=f"{ROOT}.stores.{kind}", rule=rule, hint=hint)]


def _carried(project: Project) -> Iterator[tuple[str, bool]]:
    """Yield the Compose services that are PostgreSQL by their image, and whether a volume holds their data."""
    for name, service in project.services.items():
        last = (service.image or "").split("@")[0].rpartition("/")[2].partition(":")[0]
        if last in _POSTGRES_IMAGES:
            yield name, any(mount.type in {"volume", "bind"} and mount.source for mount in service.volumes)


def _monitoring(_ask: Ask, said: Said) -> _Answer:
    if said.stack.monitoring is not None:
        return MET, "declared", []
    rule = "no room is planned for it"
    return UNMET, rule, [Finding(path=f"{ROOT}.monitoring", rule=rule, hint="monitoring: {}")]


def _replicas(ask: Ask, said: Said) -> _Answer:
    if said.project is None:
        return _unread(ask)
    (name,) = ask.names
    if name not in said.project.services:
        return UNKNOWN, f"there is no service {name}", []
    own = said.stack.services[name].replicas if name in said.stack.services else None
    count = own or said.project.services[name].replicas
    if count >= ask.count:
        return MET, f"service {name} has {count}", []
    rule = f"service {name} has {count}"
    path = f"{ROOT}.services.{name}.replicas"
    return UNMET, rule, [Finding(path=path, value=count, rule=rule, hint=f"replicas: {ask.count}")]


def _software(_ask: Ask, _said: Said) -> _Answer:
    return UNKNOWN, "not measurable: it lies in an image, or on a laptop", []


def _told(_ask: Ask, _said: Said) -> _Answer:
    return UNKNOWN, "no key of the declaration says it", []


JUDGES: Mapping[str, Callable[[Ask, Said], _Answer]] = {
    "settings": _settings,
    "dns": _dns,
    "tls": _tls,
    "location": _location,
    "secrets": _secrets,
    "store": _store,
    "monitoring": _monitoring,
    "replicas": _replicas,
    "software": _software,
    "told": _told,
}

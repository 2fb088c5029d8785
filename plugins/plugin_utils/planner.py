# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Feed the pure plan from the controller's disk: the Compose files, the env files, and what lies beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, errors
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan import sshd, typed_host, volume
from ansible_collections.holdfast.host.plugins.module_utils.plan.build import build
from ansible_collections.holdfast.host.plugins.module_utils.plan.fit import fit
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import login
from ansible_collections.holdfast.host.plugins.module_utils.plan.host_check import engine, installed
from ansible_collections.holdfast.host.plugins.module_utils.plan.host_check import findings as host_findings
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.plan.place import public_ports
from ansible_collections.holdfast.host.plugins.module_utils.plan.recommend import Asked, recommend
from ansible_collections.holdfast.host.plugins.module_utils.render import backup, pins
from ansible_collections.holdfast.host.plugins.module_utils.render.advised import advised
from ansible_collections.holdfast.host.plugins.module_utils.render.projects import projects
from ansible_collections.holdfast.host.plugins.module_utils.render.whole import complete
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT, Stack, parse_stack
from ansible_collections.holdfast.host.plugins.module_utils.tier.needs import Said
from ansible_collections.holdfast.host.plugins.module_utils.tiers import merged
from ansible_collections.holdfast.host.plugins.plugin_utils import beside


def _draft(raw: Mapping[str, Any]) -> Stack:
    """Return a declaration to go on with where the real one lacks what is required: all findings come in one run."""
    for given in (raw, {}):
        stack, _ = parse_stack({**given, "name": "draft", "tier": "draft"})
        if stack is not None:
            return stack
    raise AssertionError("a declaration of a name and a tier has all that is required")


def _digest(path: Path) -> str:
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    parts = [f"{each.relative_to(path)} {hashlib.sha256(each.read_bytes()).hexdigest()}" for each in files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _digested(wish: Wish) -> Wish:
    """Return the wish with fingerprints of what is copied. The rest may be large, or closed to the reader."""
    copied = beside.copied(wish)
    paths = wish.local_paths.items()
    known = {path: replace(there, digest=_digest(Path(path))) if path in copied else there for path, there in paths}
    return replace(wish, local_paths=known)


def _tier(raw: Mapping[str, Any], stack: Stack) -> str | Mapping[str, Any] | None:
    """Return the declared tier, None where it has the wrong shape, or is an own one that has: that is told already."""
    tier, own = raw.get("tier"), raw.get("tiers")
    broken = isinstance(tier, str) and isinstance(own, Mapping) and tier in own and tier not in stack.tiers
    return tier if isinstance(tier, (str, Mapping)) and tier and not broken else None


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What the inventory says besides the declaration.

    directory: where the Compose file lies. provided: names of the secrets that app_secrets gives. tier_mode: enforce
    or warn. docker_source: where the engine comes from, docker or distro. advise: the plan is only looked at: it comes
    with a recommendation, and also where it is refused. assumed: what was not measured of the host, in words. login: as
    whom the inventory logs in, empty where it does not say. becomes: by what it becomes root, empty where it does not.
    """

    directory: str
    provided: Sequence[str] = ()
    tier_mode: str = "enforce"
    docker_source: str = "docker"
    advise: bool = False
    assumed: Sequence[str] = ()
    login: str = ""
    becomes: str = ""


def _ways_in(stack: Stack, around: Circumstances) -> list[Finding]:
    by_ssh = sshd.login(stack.access, around.login) if stack.hardening.sshd else []
    return [*by_ssh, *login.findings(stack.hardening, around.becomes)]


def make_plan(
    raw: Mapping[str, Any], host: Mapping[str, Any], around: Circumstances
) -> tuple[dict[str, Any] | None, list[Finding]]:
    """Return the whole plan with its rendered projects and its text, or None and all findings of the run.

    raw: the declaration, plain values. host: what host_capacity returned. A plan that is only looked at comes along
    with findings that refuse it, as far as the declaration can be read.
    """
    declared, findings = parse_stack(raw)
    stack = declared or _draft(raw)
    measured = volume.held(Host.from_dict(host), stack.data)
    project, of_compose = beside.compose(stack, around.directory)
    findings = [
        *findings,
        *of_compose,
        *beside.tls_files(stack, around.directory),
        *engine(measured, around.docker_source),
    ]
    findings += [*installed(measured, declared), *_ways_in(declared, around)] if declared else []
    # Of a machine that is only thought of no disk can be looked at.
    findings += [] if around.assumed else volume.findings(measured, stack.data)
    said = Said(stack=stack, project=project, provided=frozenset(around.provided))
    tier_fit = fit(_tier(raw, stack), measured, around.tier_mode, said)
    if project is None:
        return None, [*findings, *tier_fit.findings, *host_findings(measured, public_ports(stack))]
    wish = Wish(
        stack=stack, project=project, provided=frozenset(around.provided), local_paths=beside.local_paths(project)
    )
    wish = _digested(wish)
    plan, of_plan = build(wish, measured, tier_fit)
    findings += of_plan
    findings += pins.findings(projects(plan, wish), stack.pins, backup.bases(plan, wish)) if plan else []
    if around.advise and declared and plan:
        asked = Asked(host=measured, plan=plan, assumed=around.assumed, tier=tier_fit.tier)
        plan["recommend"] = recommend(wish, asked, merged(stack.tiers, f"{ROOT}.tiers")[0])
        return advised(plan, wish, measured, findings), findings
    if errors(findings):
        return None, findings
    return complete(plan, wish, measured, findings), findings


def typed(
    raw: Mapping[str, Any], size: object, around: Circumstances
) -> tuple[dict[str, Any] | None, list[Finding]]:  # fmt: skip
    """Return the plan for a size that was typed in, as make_plan does for a host that was measured."""
    if not around.advise:
        return None, [typed_host.refused(size)]
    parsed, findings = typed_host.parse_size(size)
    if parsed is None or findings:
        _, of_stack = parse_stack(raw)
        return None, [*findings, *of_stack]
    host = typed_host.host(parsed).as_dict()
    return make_plan(raw, host, replace(around, assumed=typed_host.assumed(parsed)))

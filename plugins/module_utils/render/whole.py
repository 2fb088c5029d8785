# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is rendered of a plan, added to it: projects, what verify expects, what changes on the host, and its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan.changes import changes
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.render import backup, egress
from ansible_collections.holdfast.host.plugins.module_utils.render.expect import expect
from ansible_collections.holdfast.host.plugins.module_utils.render.parts import digest
from ansible_collections.holdfast.host.plugins.module_utils.render.projects import projects
from ansible_collections.holdfast.host.plugins.module_utils.render.summary import brief, text


def complete(plan: dict[str, Any], wish: Wish, host: Host, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return a plan with all that is rendered of it. findings: of the whole run, those of the plan itself included."""
    whole = {**plan, "warnings": [finding.as_dict() for finding in findings]}
    whole["edge"] = {**plan["edge"], "digest": digest(plan["edge"])}
    whole["egress"] = {**plan["egress"], "files": list(egress.files(plan))}
    whole["projects"] = projects(whole, wish)
    whole["backup"] = plan["backup"] and {**plan["backup"], **backup.rendered(whole, wish)}
    whole["changes"] = changes(whole, host.running)
    whole["expect"] = expect(whole)
    return {**whole, "text": text(whole), "brief": brief(whole)}

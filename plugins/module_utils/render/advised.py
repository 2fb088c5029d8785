# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A plan to look at and not to apply: with a recommendation and a picture, and also where it is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, errors, warnings
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.render import advice, picture
from ansible_collections.holdfast.host.plugins.module_utils.render.summary import head
from ansible_collections.holdfast.host.plugins.module_utils.render.whole import complete


def advised(plan: Mapping[str, Any], wish: Wish, host: Host, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return a plan with refused (the findings that refuse it), and a text that ends in picture and recommendation.

    plan: with its recommendation. findings: of the whole run. A plan that is refused has nothing rendered that could
    be applied.
    """
    refused = errors(findings)
    if refused:
        told = "\n".join(head(plan))
        whole = {**plan, "warnings": [finding.as_dict() for finding in warnings(findings)]}
    else:
        whole = complete(dict(plan), wish, host, findings)
        told = whole["text"]
    drawn = picture.text(plan["budget"])
    text = "\n".join([told, "", "Who gets which share:", "", *drawn, "", *advice.text(plan["recommend"])])
    return {**whole, "refused": [finding.as_dict() for finding in refused], "text": text}

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A whole plan: all that is rendered is there, is JSON-able, and leaves the decided part as it was."""

from __future__ import annotations

import copy
import json

from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan.build import build
from ansible_collections.holdfast.host.plugins.module_utils.plan.fit import fit
from ansible_collections.holdfast.host.plugins.module_utils.render.whole import complete
from tests.planning import STACK, measured, wish

TOLD = Finding(path="host.clock", value=1, rule="is a made-up finding of the run", hint="none", level=WARNING)


def test_a_plan_is_completed_and_the_decided_part_is_kept() -> None:
    host, asked = measured(), wish()
    decided, _ = build(asked, host, fit(STACK["tier"], host, "enforce"))
    before = copy.deepcopy(decided)
    whole = complete(decided, asked, host, [TOLD])
    assert decided == before
    assert set(whole) - set(decided) >= {"projects", "changes", "expect", "text", "brief"}
    assert whole["warnings"] == [TOLD.as_dict()]
    assert "made-up finding" in whole["text"]
    assert json.loads(json.dumps(whole)) == whole

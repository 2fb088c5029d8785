# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The engine's settings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.plan.engine import part
from tests.planning import measured


def _settings(**changes: Any) -> dict[str, Any]:
    return {each["name"]: each["value"] for each in part(measured(**changes))["settings"]}


def test_each_setting_and_each_exemption_has_its_reason() -> None:
    made = part(measured())
    assert all(each["reason"] for each in (*made["settings"], *made["exemptions"]))
    assert json.loads(json.dumps(made)) == made


def test_containers_run_on_and_gain_nothing() -> None:
    settings = _settings()
    assert (settings["live-restore"], settings["userland-proxy"], settings["icc"]) == (True, False, False)
    assert settings["no-new-privileges"] is True
    assert settings["log-opts"] == {"max-size": "20m", "max-file": "5"}


@pytest.mark.parametrize(("held", "most"), [(None, 65536), (1_073_741_816, 65536), (20_000, 20_000)])
def test_a_container_holds_no_more_files_than_the_host_may(held: int | None, most: int) -> None:
    limits = _settings(open_files=held)["default-ulimits"]
    assert limits["nofile"] == {"Name": "nofile", "Soft": most, "Hard": most}
    assert limits["core"]["Hard"] == 0

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The action that becomes root first: what it asks for, and what it makes of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unittest import mock

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError

from ansible_collections.holdfast.host.plugins.action.become_ready import ActionModule

FACTS = "uid=1000\nname=ops\nversion=Sudo version 1.9.16p2\nfree=\n"
OPTIONS = {"become_exe": "sudo", "become_user": "root", "become_pass": None}


def said(out: str, err: str = "") -> dict[str, Any]:
    return {"stdout": out, "stderr": err, "rc": 0}


def act(answers: Sequence[Any], *, become: bool = True, **options: Any) -> tuple[dict[str, Any], list[bool]]:
    """Return the result, and for each command whether it was asked for as root. An exception is raised."""
    plugin = mock.Mock()
    plugin.name, plugin.get_option = "sudo", OPTIONS.get
    task = mock.Mock(args=options, async_val=0, check_mode=False, diff=False, action="holdfast.host.become_ready")
    connection = mock.Mock(become=plugin if become else None)
    action = ActionModule(task, connection, mock.Mock(), mock.Mock(), mock.Mock(), None)
    left, asked = list(answers), []

    def execute(_command: str, *, sudoable: bool = True) -> dict[str, Any]:
        asked.append(sudoable)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    with (
        mock.patch.object(action, "_low_level_execute_command", execute),
        mock.patch("ansible.plugins.action.ActionBase._make_tmp_path", return_value="/nonexistent"),
    ):
        return action.run(None, {}), asked


def test_who_becomes_root_is_asked_nothing_more() -> None:
    result, asked = act([said("0\n")])
    assert (result["changed"], result.get("failed"), asked) == (False, None, [True])


@pytest.mark.parametrize("failure", [AnsibleError("Missing sudo password"), AnsibleConnectionFailure("Timeout (12s)")])
def test_who_does_not_is_asked_without_root_and_told_why(failure: Exception) -> None:
    result, asked = act([failure, said(FACTS)])
    assert result["failed"]
    assert asked == [True, False]
    assert result["msg"].startswith("Refused before anything was changed: 1 finding(s).\n1. ansible_become_password")
    assert "sudo asks ops for a password, and none was given" in result["msg"]


def test_a_host_that_nobody_reaches_stays_unreachable() -> None:
    with pytest.raises(AnsibleConnectionFailure, match="refused"):
        act([AnsibleConnectionFailure("refused"), AnsibleConnectionFailure("refused")])


@pytest.mark.parametrize(("required", "failed"), [(True, True), (False, None)])
def test_a_login_without_become_is_refused_where_root_is_needed(required: bool, failed: bool | None) -> None:
    result, _ = act([said("1000\n"), said(FACTS)], become=False, required=required)
    assert result.get("failed") is failed


def test_a_password_is_in_no_answer() -> None:
    with mock.patch.dict(OPTIONS, become_pass="right-Horse-9"):
        result, _ = act([AnsibleError("Incorrect sudo password"), said(FACTS)])
    assert "right-Horse-9" not in str(result)
    assert "Incorrect sudo password" in result["msg"]

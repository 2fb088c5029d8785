# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The guard's action: what it sends, and that only an answer over a new connection makes a change permanent."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from unittest import mock

import pytest
import yaml
from ansible.errors import AnsibleConnectionFailure, AnsibleError

from ansible_collections.holdfast.host.plugins.action import guard as subject
from ansible_collections.holdfast.host.plugins.module_utils.files_spec import SPEC
from ansible_collections.holdfast.host.plugins.modules import guard as module

FILES = [{"path": "/etc/x", "content": "x\n"}]
APPLIED = {"changed": True, "paths": ["/etc/x"], "token": "abc", "confirmed": False}


def act(answers: Sequence[Any], **options: Any) -> tuple[dict[str, Any], list[dict[str, Any]], mock.Mock]:
    """Return the result, what each call of the module was given, and the connection. An exception is raised."""
    connection = mock.Mock()
    task = mock.Mock(args={"name": "sshd", "files": FILES} | options, async_val=0, check_mode=False, diff=False)
    task.action = "holdfast.host.guard"
    action = subject.ActionModule(task, connection, mock.Mock(), mock.Mock(), mock.Mock(), None)
    calls: list[dict[str, Any]] = []
    left = list(answers)

    def execute(name: str, arguments: dict[str, Any], **_words: Any) -> dict[str, Any]:
        assert name == "holdfast.host.guard"
        # Whatever comes after the change comes over a connection that was made anew.
        assert connection.reset.call_count == len(calls)
        calls.append(arguments)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    with (
        mock.patch.object(action, "_execute_module", execute),
        mock.patch("ansible.plugins.action.ActionBase._make_tmp_path", return_value="/nonexistent"),
        mock.patch.object(subject, "POLL_SECONDS", 0),
    ):
        return action.run(None, {}), calls, connection


def test_nothing_to_change_needs_no_login() -> None:
    result, calls, connection = act([{"changed": False, "paths": [], "token": "", "confirmed": False}])
    assert (result["changed"], result["confirmed"], len(calls)) == (False, False, 1)
    connection.reset.assert_not_called()


def test_a_change_is_confirmed_over_a_new_connection() -> None:
    result, calls, _ = act([APPLIED, {"changed": True, "confirmed": True}])
    assert calls[1] == {"name": "sshd", "step": "confirm", "token": "abc"}
    assert (result["changed"], result["confirmed"], result.get("failed")) == (True, True, None)
    assert "token" not in result


def test_a_server_that_refuses_at_first_is_asked_again() -> None:
    refused = AnsibleConnectionFailure("Connection refused")
    result, calls, _ = act([APPLIED, refused, refused, {"confirmed": True}])
    assert result["confirmed"]
    assert len(calls) == 4


def test_a_host_that_lets_nobody_in_is_given_up_when_its_timer_is_over() -> None:
    began = time.monotonic()
    locked = [AnsibleConnectionFailure("Connection timed out")] * 1_000_000
    result, _, _ = act([APPLIED, *locked], timeout_seconds=1)
    assert result["failed"]
    assert "puts the old state back" in result["msg"]
    assert "Connection timed out" in result["msg"]
    assert time.monotonic() - began >= 1


def test_a_password_that_makes_nobody_root_is_tried_once() -> None:
    # PAM locks an account after four failures, and the host's way back does not unlock it.
    result, calls, _ = act([APPLIED, AnsibleError("Incorrect sudo password")])
    assert result["failed"]
    assert "puts the old state back: Incorrect sudo password" in result["msg"]
    assert len(calls) == 2


def test_what_was_taken_back_fails_at_once() -> None:
    result, calls, _ = act([APPLIED, {"failed": True, "msg": "no change of sshd waits: it was taken back"}])
    assert result["failed"]
    assert "it was taken back" in result["msg"]
    assert len(calls) == 2


def test_a_change_that_failed_is_not_confirmed() -> None:
    result, calls, _ = act([{"failed": True, "msg": "The old state of sshd was put back: sshd -t"}])
    assert (result["failed"], len(calls)) == (True, 1)


def test_the_host_is_sent_what_was_asked_for_and_nothing_of_rendering() -> None:
    _, calls, _ = act([{"changed": False}], absent=["/etc/y"], check=[["true"]], commands=[["a", "b"]])
    assert calls[0]["files"] == FILES
    assert calls[0]["absent"] == ["/etc/y"]
    assert (calls[0]["check"], calls[0]["commands"], calls[0]["timeout_seconds"]) == ([["true"]], [["a", "b"]], 20)
    assert set(calls[0]) <= set(SPEC) | set(module.OWN)


@pytest.mark.parametrize("name", sorted(subject.OWN))
def test_an_option_is_documented_with_the_same_default(name: str) -> None:
    options = yaml.safe_load(module.DOCUMENTATION)["options"]
    of_files = {"files", "parents"}
    assert name in options or name in of_files
    if name in options:
        assert options[name].get("default") == subject.OWN[name].get("default")

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A module in the process of the test: options in, result out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args


def run_module(main: Callable[[], None], capfd: pytest.CaptureFixture[str], **arguments: Any) -> dict[str, Any]:
    """Return what the module printed. check=True runs it in check mode; the exit code must agree with the result."""
    check = arguments.pop("check", False)
    options = patch_module_args({**arguments, "_ansible_check_mode": check})
    # Ansible gathers warnings for the life of a process, which for it is one module, and prints them where the
    # controller's code was imported, which another test may have done.
    alone = mock.patch.multiple(warnings, _global_warnings={})
    target = mock.patch("ansible.module_utils._internal.is_controller", new=False)
    with options, alone, target, pytest.raises(SystemExit) as end:
        main()
    result: dict[str, Any] = json.loads(capfd.readouterr().out)
    assert end.value.code == (1 if result.get("failed") else 0)
    result.pop("invocation", None)
    return result

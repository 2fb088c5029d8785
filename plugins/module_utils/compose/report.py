# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Collect findings while reading on, and keep what may be a secret out of them."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR, WARNING, Finding, errors

# Places where users put passwords: what stands there is never shown, whatever is wrong with it.
_PRIVATE = re.compile(
    r"\.(environment|args|command|entrypoint|test|content|options|driver_opts|labels|annotations|cache_from|cache_to)"
    r"(?=[.\[]|$)"
)


class Report:
    """The findings of one reading, in the order in which they were met."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def error(self, path: str, value: Any, rule: str, hint: str = "") -> None:
        """Tell what refuses the file. ``value`` is shown only when it is a plain value in a place without secrets."""
        self._add(path, value, rule, hint, ERROR)

    def warn(self, path: str, value: Any, rule: str, hint: str = "") -> None:
        """Tell what the user should know, but what refuses nothing."""
        self._add(path, value, rule, hint, WARNING)

    @property
    def failed(self) -> bool:
        """Whether any finding so far is an error."""
        return bool(errors(self.findings))

    def _add(self, path: str, value: Any, rule: str, hint: str, level: str) -> None:
        finding = Finding(path=path, value=_shown(path, value), rule=rule, hint=hint, level=level)
        if finding not in self.findings:
            self.findings.append(finding)


def join(path: str, key: object) -> str:
    """Return the path of an entry: ``services.web`` and ``ports`` make ``services.web.ports``, 0 makes ``[0]``."""
    return f"{path}[{key}]" if isinstance(key, int) and not isinstance(key, bool) else f"{path}.{key}"


def _shown(path: str, value: Any) -> Any:
    if value is None or _PRIVATE.search(path):
        return None
    if isinstance(value, bool | int | float | str):
        return value
    return {"dict": "a mapping", "list": "a list"}.get(type(value).__name__, f"a {type(value).__name__}")

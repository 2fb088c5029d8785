# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The options of every module that writes files, as Ansible checks them; the fragment files documents them."""

from __future__ import annotations

from typing import Any

OWNED: dict[str, Any] = {
    "mode": {"type": "str"},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
}
FILE_MODE = {"mode": {"type": "str", "default": "0644"}}
DIRECTORY_MODE = {"mode": {"type": "str", "default": "0755"}}
PATH: dict[str, Any] = {"path": {"type": "path", "required": True}}
ROW: dict[str, Any] = {"name": {"type": "str", "required": True}, "value": {"type": "str", "required": True}}
CONTENT: dict[str, Any] = {
    "content": {"type": "str"},
    "rows": {"type": "list", "elements": "dict", "options": ROW | {"reason": {"type": "str"}}},
    "separator": {"type": "str", "default": " "},
    "between": {"type": "str", "default": ""},
    "until": {"type": "str", "default": ""},
    "keep": {"type": "str", "default": ""},
    "ignore_case": {"type": "bool", "default": False},
    "validate": {"type": "str"},
    "reason": {"type": "str"},
}
SPEC: dict[str, Any] = {
    "files": {"type": "list", "elements": "dict", "default": [], "options": OWNED | FILE_MODE | PATH | CONTENT},
    "directories": {"type": "list", "elements": "dict", "default": [], "options": OWNED | DIRECTORY_MODE | PATH},
    "parents": {"type": "dict", "default": {}, "options": OWNED | DIRECTORY_MODE},
    "absent": {"type": "list", "elements": "path", "default": []},
    "remember": {"type": "str", "default": ""},
}

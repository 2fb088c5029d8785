# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""``python3 -m on_host COMMAND``; prints one JSON text."""

from __future__ import annotations

import json
import sys
from typing import Any

from . import processes, servers, state


def main() -> None:
    """Do what the first argument says: state, kept, or kill, which waits up to the second argument's seconds."""
    command, *words = sys.argv[1:]
    answer: Any
    match command:
        case "state":
            answer = {"state": {**state.host(), "servers": servers.running()}, "wrong": servers.wrong()}
        case "kept":
            answer = state.kept()
        case "kill":
            answer = processes.kill_modules(float(words[0]))
        case _:
            sys.exit(f"no such command: {command}")
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()

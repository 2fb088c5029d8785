# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The recovery kit on the controller, as far as the host knows: that there is one, and that no secret is newer.

The host cannot see the controller. It compares its secrets with the note that the kit left, which holds a keyed
fingerprint of each secret that went into it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import kit_note
from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding

PATH = "backup.kit"
HINT = "run site.yml with the kit's password"


def expected(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return what verify looks at, for ``expect["backup"]["kit"]``.

    note: path of what the kit left on the host. directory: of the secrets. names: the secrets that the plan asks for.
    """
    names = sorted({secret["name"] for secret in plan["secret_files"]["names"]})
    return {"note": kit_note.PATH, "directory": plan["paths"]["secrets"], "names": names}


def _wanted(expect: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = (expect.get("backup") or {}).get("kit")
    return found


def observe(expect: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the note (written, file, versions) and the versions of what lies there now; None where none is expected.

    A note that is not there or cannot be read is None.
    """
    wanted = _wanted(expect)
    if wanted is None:
        return None
    try:
        note = json.loads(Path(wanted["note"]).read_bytes())
        versions = kit_note.held(Path(wanted["directory"])).versions()
    except FileNotFoundError:
        return {"note": None, "versions": {}}
    except (OSError, ValueError) as problem:
        return {"note": None, "versions": {}, "error": str(problem)}
    return {"note": note, "versions": {name: versions.get(name) for name in wanted["names"]}}


def differences(expect: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a finding where the host could not be brought back with the secrets that it has."""
    wanted, found = _wanted(expect), seen.get("kit")
    if wanted is None or found is None:
        return
    note = found["note"]
    if not isinstance(note, dict) or not isinstance(note.get("versions"), dict):
        rule = "there must be a recovery kit on the controller: without it a lost host does not come back"
        yield Finding(path=PATH, value=found.get("error"), rule=rule, hint=HINT, level=WARNING)
        return
    newer = [name for name, version in found["versions"].items() if version and note["versions"].get(name) != version]
    if newer:
        rule = f"must hold the secrets that the host has; newer than it are {', '.join(newer)}"
        yield Finding(
            path=PATH, value=f"{note.get('file')} of {note.get('written')}", rule=rule, hint=HINT, level=WARNING
        )

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Mounts that are refused: one row each."""

from __future__ import annotations

from typing import Any

from tests.unit.refusal_cases import Case, R, worker


def _mounts(said: dict[str, str]) -> dict[str, Any]:
    return {"services": {"worker": {"mounts": said}}}


MOUNTS: dict[str, Case] = {
    "data beside the Compose file": Case(
        path="compose.services.worker.volumes",
        said='mounts: {"/var/lib/mysql": volume}',
        compose=worker("    volumes: ['./mysql:/var/lib/mysql']"),
    ),
    "a database file beside the Compose file": Case(
        path="compose.services.worker.volumes",
        said="overwrite",
        compose=worker("    volumes: ['./app.db:/app/app.db']"),
    ),
    "uploads below the build": Case(
        path="compose.services.worker.volumes",
        said='mounts: {"/app/uploads": volume}',
        compose=worker("    build: .\n    volumes: ['./uploads:/app/uploads']"),
    ),
    "a fate that no mount has": Case(
        path=f"{R}.services.worker.mounts./app",
        said="one of ship, drop, volume",
        stack=_mounts({"/app": "keep"}),
        compose=worker("    build: .\n    volumes: ['.:/app']"),
    ),
    "a mount that the service has not": Case(
        path=f"{R}.services.worker.mounts",
        said="did you mean '/app/uploads'?",
        stack=_mounts({"/app/uploads": "volume", "/app/upload": "volume"}),
        compose=worker("    volumes: ['./uploads:/app/uploads']"),
    ),
    "a file as a volume": Case(
        path="compose.services.worker.volumes",
        said="a volume is a directory",
        stack=_mounts({"/c": "volume"}),
        compose=worker("    volumes: ['./compose.yaml:/c']"),
    ),
}

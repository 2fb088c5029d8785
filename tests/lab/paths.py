# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Where the lab keeps what it makes. Everything lies below one directory that `destroy --images` removes."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGES = Path(__file__).resolve().parent / "images"
CACHE = ROOT / ".cache" / "lab"
KEY = CACHE / "id_ed25519"
KNOWN_HOSTS = CACHE / "known_hosts"
LOCK = CACHE / "lock"
ENGINE_PID = CACHE / "dockerd.pid"
ENGINE_LOG = CACHE / "dockerd.log"

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Read the user's own Compose files: everything that is wrong is told at once, nothing is changed or run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ansible_collections.holdfast.host.plugins.module_utils.compose.model import Project
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding


def read(
    paths: Sequence[str],
    *,
    load: Callable[[str], object],
    read_text: Callable[[str], str],
    env: Mapping[str, str],
    profiles: Sequence[str] = (),
) -> tuple[Project | None, list[Finding]]:
    """Return the project that the Compose files describe together, or None, and all findings.

    paths: one or more files, later ones override earlier ones as ``docker compose -f a -f b`` does. load: path to
    parsed YAML; raises FileNotFoundError, or ValueError that names the line. read_text: path to text, for ``.env``
    and ``env_file``; raises FileNotFoundError. env: the environment for interpolation. The project is None when a
    finding is an error. No exception leaves this function but those of the callbacks that are not named here.
    """
    raise NotImplementedError

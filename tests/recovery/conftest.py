# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One host with the whole stack for all that drills, restores and exchanges, for it takes a minute to make."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab import machines

from . import database_host as host


@pytest.fixture(scope="session")
def database() -> Iterator[None]:
    """Have the stack serve, with a repository on the host's own disk."""
    host.provision()
    yield
    machines.down(host.HOST)

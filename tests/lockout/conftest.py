# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""One host for every test that locks it."""

from __future__ import annotations

import pytest

from .trial import have_host


@pytest.fixture(scope="session")
def host() -> None:
    have_host()

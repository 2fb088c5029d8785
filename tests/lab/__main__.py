# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Entry of ``python -m lab``."""

from __future__ import annotations

import sys

from .cli import main

sys.exit(main(sys.argv[1:]))

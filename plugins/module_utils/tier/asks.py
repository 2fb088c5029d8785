# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What several sheets ask for besides size, told once. How each is judged stands in needs.py."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.holdfast.host.plugins.module_utils.errors import ERROR
from ansible_collections.holdfast.host.plugins.module_utils.tier.model import Ask

# The engine floor that the sheets state (Docker 24, Compose v2).
ENGINE: Mapping[str, str] = {"docker": ">=24.0", "compose": ">=2.0"}

# Words that the name of a variable has, in any case; which prefix it has besides differs between programs.
_CLERK_WORDS = ("CLERK PUBLISHABLE", "CLERK JWKS", "CLERK ISSUER")
_CLERK = "a Clerk application and its publishable, JWKS and issuer settings"
CLERK = Ask(kind="settings", what=_CLERK, level=ERROR, names=_CLERK_WORDS)
# SkillMeat, External Services: also wherever authentication is switched on.
CLERK_IF_ON = Ask(
    kind="settings", what=_CLERK, level=ERROR, names=_CLERK_WORDS, when=("SKILLMEAT_AUTH_ENABLED", "true")
)
GITHUB = Ask(kind="settings", what="a GitHub token, recommended for discovery", names=("GITHUB TOKEN",))

DNS = Ask(kind="dns", what="public host names")
TLS = Ask(kind="tls", what="a certificate that browsers trust")
EU = Ask(kind="location", what="a machine in the European Union", level=ERROR, names=("eu",))
SECRETS = Ask(kind="secrets", what="production-grade secrets")
VOLUME = Ask(kind="store", what="a volume for PostgreSQL", level=ERROR, names=("postgres",))
POSTGRES = Ask(kind="store", what="PostgreSQL", names=("postgres",))
MONITORING = Ask(kind="monitoring", what="monitoring")
MONITORED = Ask(kind="monitoring", what="room for monitoring", level=ERROR)
CIDRS = Ask(kind="told", what="inbound CIDRs restricted")


def software(*names: str) -> tuple[Ask, ...]:
    """Return an ask for each program that lies in images or on a laptop, where no host can measure it."""
    return tuple(Ask(kind="software", what=name) for name in names)

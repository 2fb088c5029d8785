# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which variable of a Compose file holds a secret, told by its name, and which text holds one, told by its form."""

from __future__ import annotations

import re

_SENSITIVE = re.compile(
    r"PASS(WORD|WD|PHRASE)?(_|$)|_PWD(_|$)|SECRET|TOKEN|CREDENTIALS|_SALT$"
    r"|(^|_)(API|APP|ACCESS|AUTH|COOKIE|ENCRYPTION|HASH|HMAC|JWT|MASTER|PRIVATE|SESSION|SIGNING)_?KEY(_|$)"
)
# What is said about a secret, and is none: a lifetime, a length, the place of a file.
_ABOUT = re.compile(
    r"_(FILE|PATH|DIR|TTL|AGE|EXPIRY|EXPIRES|EXPIRATION|MS|SECONDS|MINUTES|HOURS|DAYS|LENGTH|ROUNDS|HEADER|NAME|ALGORITHM"
    r"|ISSUER|AUDIENCE|ENABLED|REQUIRED|ID)$"
)
# Given out by somebody else: a generated value would start, and fail at the first use.
_FOREIGN = re.compile(r"API_?KEY|ACCESS_?KEY|CLIENT_SECRET|TOKEN|SMTP|MAIL|WEBHOOK|STRIPE|AWS|OAUTH")
_URL_PASSWORD = re.compile(
    r"[a-z][a-z0-9+.:-]*://[^\s:@/]*:[^\s@/]+@|[?&](password|pass|pwd|token)=[^&\s]", re.IGNORECASE
)


def sensitive(name: str) -> bool:
    """Tell whether a variable's name says that its value is a secret."""
    upper = name.upper()
    return bool(_SENSITIVE.search(upper)) and not _ABOUT.search(upper)


def foreign(name: str) -> bool:
    """Tell whether a secret's name says that somebody else gives it out, so that it cannot be made up."""
    return bool(_FOREIGN.search(name.upper()))


def holds_password(text: str) -> bool:
    """Tell whether a text holds a connection string with a password in it."""
    return bool(_URL_PASSWORD.search(text))

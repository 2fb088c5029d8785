# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Which variable of a Compose file holds a secret, told by its name, and which text holds one, told by its form."""

from __future__ import annotations

import re

_SENSITIVE = re.compile(
    r"PASS(WORD|WD|PHRASE)?(_|$)|_PWD(_|$)|SECRET|TOKEN|CREDENTIALS|_SALT$|_COOKIE$"
    r"|(^|_)(API|APP|ACCESS|AUTH|COOKIE|ENCRYPTION|HASH|HMAC|JWT|LICEN[CS]E|LOGGED_IN|MASTER|NONCE|PRIVATE|SESSION"
    r"|SIGNING)_?KEY(_|$)"
)
# What is said about a secret, and is none: a lifetime, a length, the place of a file, whether there must be one.
_ABOUT = re.compile(
    r"_(FILE|PATH|DIR|TTL|AGE|EXPIRY|EXPIRES|EXPIRATION|MS|SECONDS|MINUTES|HOURS|DAYS|LENGTH|ROUNDS|HEADER|NAME|ALGORITHM"
    r"|ISSUER|AUDIENCE|ENABLED|REQUIRED|ID|TIMEOUT|LIMIT|HASHERS|SECURE|TOKENS|LOGIN|POLICY|VALIDATORS)$"
    r"|(^|_)(ALLOW|ENABLE|RANDOM|REQUIRE|MAX|MIN|CORS)_"
)
# Given out by somebody else: a generated value would start, and fail at the first use.
_FOREIGN = re.compile(
    r"API_?KEY|ACCESS_?KEY|CLIENT_SECRET|TOKEN|SMTP|MAIL|WEBHOOK|STRIPE|AWS|OAUTH|RAILS_MASTER_KEY|LICEN[CS]E|PRIVATE_?KEY"
)
_ENDS_SENSITIVE = re.compile(r"(PASS(WORD|WD|PHRASE)?|_PWD|SECRET|TOKEN|CREDENTIALS|_SALT|_COOKIE|KEY)$")
_SWITCHES = frozenset(("true", "false", "yes", "no", "on", "off", "null", "none"))
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
# A value in a form of its own: random text in its place would not be read.
_SHAPED = re.compile(r"-----BEGIN |base64:")

# The colon of a port is not that of a password.
_URL_PASSWORD = re.compile(
    r"[a-z][a-z0-9+.:-]*://[^\s:@/]*:(?!\d{1,5}[/?#])[^\s@]+@|[?&](password|pass|pwd|token|auth)=[^&\s]", re.IGNORECASE
)
# As libpq, ODBC and .NET write it: host=db user=app password=x, Host=db;Password=x. A shell's own variable is none.
_PAIR_PASSWORD = re.compile(r"(^|[\s;,'\"])(password|passwd|pass|pwd)\s*=\s*['\"]?[^\s;,'\"$]", re.IGNORECASE)

_DATABASE = re.compile(r"PG|POSTGRES|DB|DATABASE|SQL")
_OTHER_DATABASE = re.compile(r"MYSQL|MARIADB|MSSQL|MONGO|COUCHDB|INFLUX|CLICKHOUSE")


def sensitive(name: str, value: str | None = None) -> bool:
    """Tell whether a variable's name says that its value is a secret, and the value, where given, can be one."""
    upper = name.upper()
    if not _SENSITIVE.search(upper) or _ABOUT.search(upper):
        return False
    if value is None:
        return True
    if _NUMBER.fullmatch(value):
        return bool(_ENDS_SENSITIVE.search(upper))
    return value.lower() not in _SWITCHES


def foreign(name: str, value: str = "") -> bool:
    """Tell whether a secret cannot be made up: somebody else gives it out, or it has a form of its own."""
    return bool(_FOREIGN.search(name.upper())) or shaped(value)


def shaped(value: str) -> bool:
    """Tell whether a value has a form that random text has not: a PEM key, or one that says its encoding."""
    return bool(_SHAPED.match(value))


def holds_password(text: str) -> bool:
    """Tell whether a text holds a connection string with a password in it, as a URL or as pairs of key and value."""
    return bool(_URL_PASSWORD.search(text) or _PAIR_PASSWORD.search(text))


def names_database(name: str) -> bool:
    """Tell whether a variable's name speaks of a database."""
    return bool(_DATABASE.search(name.upper()) or _OTHER_DATABASE.search(name.upper()))


def names_postgres(name: str) -> bool:
    """Tell whether a variable's name speaks of a database that may be PostgreSQL."""
    return bool(_DATABASE.search(name.upper())) and not _OTHER_DATABASE.search(name.upper())

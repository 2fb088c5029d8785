# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""SCRAM-SHA-256 verifiers as PostgreSQL stores them (RFC 5802, RFC 5803, RFC 7677), so that no password travels."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import stringprep
import unicodedata

# PostgreSQL's own default (scram_iterations) and the least that RFC 7677 allows.
ITERATIONS = 4096
# PostgreSQL's own size (SCRAM_DEFAULT_SALT_LEN), in bytes.
SALT_BYTES = 16
_VERIFIER = re.compile(r"^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$")

# RFC 4013, 2.3: what a prepared string must not hold.
_PROHIBITED = (
    stringprep.in_table_a1,
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def saslprep(password: str) -> str:
    """Return the password as client and server both see it (RFC 4013). ASCII stays as it is, as in PostgreSQL.

    Raises ValueError for characters that the profile forbids: clients differ in what they make of those.
    """
    if password.isascii():
        return password
    mapped = "".join(
        " " if stringprep.in_table_c12(char) else char for char in password if not stringprep.in_table_b1(char)
    )
    prepared = unicodedata.ucd_3_2_0.normalize("NFKC", mapped)
    if any(table(char) for char in prepared for table in _PROHIBITED):
        raise ValueError("the password holds a character that SASLprep (RFC 4013) forbids")
    right = [stringprep.in_table_d1(char) for char in prepared]
    if any(right) and (any(map(stringprep.in_table_d2, prepared)) or not (right[0] and right[-1])):
        raise ValueError("the password mixes writing directions in a way that SASLprep (RFC 4013) forbids")
    if not prepared:
        raise ValueError("the password is empty once prepared by SASLprep (RFC 4013)")
    return prepared


def make(password: str, *, salt: bytes | None = None, iterations: int = ITERATIONS) -> str:
    """Return a verifier of ``password``. Raises ValueError for a password that is empty or cannot be prepared."""
    if not password:
        raise ValueError("the password is empty")
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", saslprep(password).encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encode = base64.b64encode
    return f"SCRAM-SHA-256${iterations}:{encode(salt).decode()}${encode(stored).decode()}:{encode(server).decode()}"


def fits(password: str, verifier: str | None) -> bool:
    """Return whether ``verifier`` is one of ``password``. Anything but SCRAM-SHA-256 (MD5, nothing) does not fit."""
    match = _VERIFIER.match(verifier or "")
    if match is None:
        return False
    try:
        salt = base64.b64decode(match[2], validate=True)
    except binascii.Error:
        return False
    return hmac.compare_digest(make(password, salt=salt, iterations=int(match[1])), str(verifier))

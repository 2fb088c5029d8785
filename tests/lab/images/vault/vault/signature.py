# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Checks of a request's signature: moto takes any.

Source: the Amazon S3 API reference, "Authenticating Requests: Using the Authorization Header (Signature Version 4)".
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any

PARTS = re.compile(r"AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)")


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _header(environ: dict[str, Any], name: str) -> str:
    key = name.upper().replace("-", "_")
    value = environ.get(key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}", "")
    return " ".join(str(value).split())


def _query(text: str) -> str:
    pairs = [part if "=" in part else f"{part}=" for part in text.split("&") if part]
    return "&".join(sorted(pairs))


def canonical(environ: dict[str, Any], signed: str) -> str:
    """Return the request in the form that is signed. environ: as gunicorn makes it. signed: names of headers."""
    path, _, query = environ["RAW_URI"].partition("?")
    headers = "".join(f"{name}:{_header(environ, name)}\n" for name in signed.split(";"))
    content = _header(environ, "x-amz-content-sha256")
    return "\n".join([environ["REQUEST_METHOD"], path, _query(query), headers, signed, content])


def refusal(environ: dict[str, Any], access_key: str, secret: str) -> str:
    """Return S3's code for what is wrong with a request's signature; empty where it is right."""
    found = PARTS.fullmatch(environ.get("HTTP_AUTHORIZATION", ""))
    if found is None:
        return "AccessDenied"
    credential, signed, signature = found.groups()
    key, *scope = credential.split("/")
    if key != access_key:
        return "InvalidAccessKeyId"
    derived = f"AWS4{secret}".encode()
    for word in scope:
        derived = _hmac(derived, word)
    digest = hashlib.sha256(canonical(environ, signed).encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", _header(environ, "x-amz-date"), "/".join(scope), digest])
    return "" if hmac.compare_digest(_hmac(derived, text).hex(), signature) else "SignatureDoesNotMatch"

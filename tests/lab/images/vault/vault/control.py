# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A way in for tests, past S3's own: buckets are made, and what is stored is lost or damaged as disks do it.

Answers on the loopback alone: POST with a JSON object {"do": NAME, ...}; the answer is JSON.
"""
# mypy: disable-error-code="import-not-found, import-untyped"

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import FakeKey, s3_backends

Backend = Any


def _make_bucket(backend: Backend, name: str, versioned: bool = False, locked_days: int = 0) -> None:
    backend.create_bucket(name, "us-east-1")
    if versioned or locked_days:
        backend.put_bucket_versioning(name, "Enabled")
    if locked_days:
        backend.put_object_lock_configuration(name, True, "COMPLIANCE", locked_days, 0)


def _remove_bucket(backend: Backend, name: str) -> None:
    if name in backend.buckets:
        backend.get_bucket(name).keys.clear()
        backend.delete_bucket(name)


def _list(backend: Backend, bucket: str, prefix: str = "") -> list[dict[str, Any]]:
    """Every version, oldest first within a key; a delete marker has neither size nor digest."""
    found = backend.get_bucket(bucket).keys
    return [
        {"key": key, "version": str(each.version_id), **_content(each)}
        for key in sorted(found)
        if key.startswith(prefix)
        for each in found.getlist(key)
    ]


def _content(version: Any) -> dict[str, Any]:
    if not isinstance(version, FakeKey):
        return {"size": None, "sha256": ""}
    value = version.value
    return {"size": len(value), "sha256": hashlib.sha256(value).hexdigest()}


def _flip(backend: Backend, bucket: str, key: str, offset: int) -> None:
    """Change a byte of the newest version; the version, its length and its ETag stay. offset: from the end if < 0."""
    stored = backend.get_bucket(bucket).keys[key]
    # moto would count the ETag anew.
    etag, value = stored.etag, bytearray(stored.value)
    value[offset] ^= 0xFF
    stored.value = bytes(value)
    stored._etag = etag


def _lose(backend: Backend, bucket: str, key: str) -> None:
    """Lose an object with all its versions."""
    backend.get_bucket(bucket).keys.pop(key)


DOES: dict[str, Callable[..., Any]] = {
    "make_bucket": _make_bucket,
    "remove_bucket": _remove_bucket,
    "list": _list,
    "flip": _flip,
    "lose": _lose,
}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Do what is asked for; what is wrong is told with status 400."""
    asked = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    status, answer = "200 OK", None
    try:
        answer = DOES[asked.pop("do")](s3_backends[DEFAULT_ACCOUNT_ID]["aws"], **asked)
    except Exception as error:  # noqa: BLE001 - whatever it is, the test that asked is told
        status, answer = "400 Bad Request", f"{type(error).__name__}: {error}"
    body = json.dumps(answer).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Objects in any S3 store, signed by hand: one bucket, whole objects."""
# mypy: disable-error-code="import-not-found, import-untyped"

from __future__ import annotations

import datetime
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

HTTP_NOT_FOUND = 404


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """Where objects are kept. Read from S3_ENDPOINT, S3_BUCKET, S3_REGION and the AWS_* or S3_* keys."""

    endpoint: str
    name: str
    region: str
    access_key: str
    secret_key: str

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Bucket | None:
        """Return the configured bucket, or None where S3_ENDPOINT is unset."""
        if not environ.get("S3_ENDPOINT"):
            return None
        return cls(
            endpoint=environ["S3_ENDPOINT"].rstrip("/"),
            name=environ.get("S3_BUCKET", "app"),
            region=environ.get("S3_REGION", "us-east-1"),
            access_key=environ.get("AWS_ACCESS_KEY_ID") or environ.get("S3_ACCESS_KEY", ""),
            secret_key=environ.get("AWS_SECRET_ACCESS_KEY") or environ.get("S3_SECRET_KEY", ""),
        )

    def signed(self, method: str, path: str, body: bytes, now: datetime.datetime) -> dict[str, str]:
        """Return the headers of a request signed with Signature Version 4 (AWS General Reference, "Signing")."""
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        digest = hashlib.sha256(body).hexdigest()
        headers = {"host": urlsplit(self.endpoint).netloc, "x-amz-content-sha256": digest, "x-amz-date": stamp}
        names = ";".join(headers)
        canonical = "\n".join(
            [method, path, "", *(f"{name}:{value}" for name, value in headers.items()), "", names, digest]
        )
        scope = f"{day}/{self.region}/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = f"AWS4{self.secret_key}".encode()
        for part in (*scope.split("/"), text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        credential = f"Credential={self.access_key}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
        return {**headers, "authorization": f"AWS4-HMAC-SHA256 {credential}"}

    async def request(self, session: Any, method: str, key: str, body: bytes = b"") -> tuple[int, bytes]:
        """Send one request about an object (about the bucket where the key is empty); return status and body."""
        path = f"/{self.name}" + (f"/{quote(key)}" if key else "")
        headers = self.signed(method, path, body, datetime.datetime.now(datetime.timezone.utc))
        async with session.request(method, self.endpoint + path, data=body, headers=headers) as answer:
            return answer.status, await answer.read()

    async def put(self, session: Any, key: str, body: bytes) -> int:
        """Store an object, making the bucket where it is missing; return the status."""
        status, _ = await self.request(session, "PUT", key, body)
        if status == HTTP_NOT_FOUND:
            await self.request(session, "PUT", "")
            status, _ = await self.request(session, "PUT", key, body)
        return status

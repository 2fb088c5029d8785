# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Runs on the vault, with the key and secret that a host has: each way of destroying or altering what is stored.

Prints for each way, as JSON, what S3 said: ``accepted``, or the code of the refusal. Its word names the bucket.
"""
# mypy: disable-error-code="import-not-found, import-untyped"

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

KEYS = Path("/etc/vault/keys")
BUCKET = sys.argv[1]
CLIENT = boto3.client(
    "s3", endpoint_url="https://172.30.213.36", region_name="us-east-1", verify=str(KEYS / "ca.pem"),
    aws_access_key_id=(KEYS / "access_key").read_text().strip(),
    aws_secret_access_key=(KEYS / "secret_key").read_text().strip(),
    config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
)  # fmt: skip
SOON = datetime.now(timezone.utc) + timedelta(seconds=1)
JUNK = b"nothing of use"


def versions() -> Iterator[dict[str, Any]]:
    for page in CLIENT.get_paginator("list_object_versions").paginate(Bucket=BUCKET):
        yield from page.get("Versions", [])


def stored() -> list[dict[str, str]]:
    """Return key and version of all that is stored, as a request names them."""
    return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions()]


def keys() -> list[str]:
    return sorted({each["Key"] for each in versions()})


def each_version(request: Callable[..., Any], **words: Any) -> None:
    """Make a request of every version. One that is accepted counts: the first refusal is told only after all."""
    refused = [error for version in stored() if (error := refusal(request, Bucket=BUCKET, **version, **words))]
    if refused:
        raise refused[0]


def refusal(request: Callable[..., Any], **words: Any) -> ClientError | None:
    """Return what S3 said against a request; None where it was accepted."""
    try:
        request(**words)
    except ClientError as error:
        found: ClientError = error
        return found
    return None


def delete_versions_at_once(**words: Any) -> None:
    answer = CLIENT.delete_objects(Bucket=BUCKET, Delete={"Objects": stored()[:1000]}, **words)
    for error in answer.get("Errors", []):
        raise ClientError({"Error": {"Code": error["Code"]}}, "DeleteObjects")


def upload_in_parts() -> None:
    for key in keys():
        upload = CLIENT.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        part = CLIENT.upload_part(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=1, Body=JUNK)
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        CLIENT.complete_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload=parts)


def copy_over() -> None:
    # moto wants a checksum's name for each object that will have a lock; S3 does not for a copy.
    CLIENT.meta.events.register("before-call.s3.CopyObject", named)
    for key in keys():
        CLIENT.copy_object(
            Bucket=BUCKET, Key=key, CopySource={"Bucket": BUCKET, "Key": key}, MetadataDirective="REPLACE"
        )


def named(params: dict[str, Any], **_more: Any) -> None:
    params["headers"]["x-amz-sdk-checksum-algorithm"] = "CRC32"


def unlock(rule: dict[str, Any]) -> None:
    CLIENT.put_object_lock_configuration(
        Bucket=BUCKET, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", **rule}
    )


def expire_all() -> None:
    rule = {
        "ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }  # fmt: skip
    CLIENT.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})


def release() -> None:
    each_version(CLIENT.put_object_legal_hold, LegalHold={"Status": "OFF"})
    each_version(CLIENT.delete_object)


def retain(**retention: Any) -> None:
    each_version(CLIENT.put_object_retention, Retention=retention, BypassGovernanceRetention=True)


def one_day() -> None:
    unlock({"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}})


def suspend() -> None:
    CLIENT.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})


WAYS: dict[str, Callable[[], Any]] = {
    "delete each version": lambda: each_version(CLIENT.delete_object),
    "delete each version, past governance": lambda: each_version(CLIENT.delete_object, BypassGovernanceRetention=True),
    "delete the versions at once": delete_versions_at_once,
    "delete the versions at once, past governance": lambda: delete_versions_at_once(BypassGovernanceRetention=True),
    "retain until a second from now": lambda: retain(Mode="COMPLIANCE", RetainUntilDate=SOON),
    "retain by governance": lambda: retain(Mode="GOVERNANCE", RetainUntilDate=SOON + timedelta(days=30)),
    "retain no more": retain,
    "end legal holds, then delete": release,
    "suspend versioning": suspend,
    "overwrite": lambda: [CLIENT.put_object(Bucket=BUCKET, Key=key, Body=JUNK) for key in keys()],
    "overwrite, in parts": upload_in_parts,
    "copy over itself": copy_over,
    "default of one day, by governance": one_day,
    "no default": lambda: unlock({}),
    "expire by lifecycle": expire_all,
    "delete the bucket": lambda: CLIENT.delete_bucket(Bucket=BUCKET),
    "delete each object": lambda: [CLIENT.delete_object(Bucket=BUCKET, Key=key) for key in keys()],
}


def listed() -> Any:
    """Return what is stored, asked of the store itself and past S3."""
    asked = json.dumps({"do": "list", "bucket": BUCKET}).encode()
    with urllib.request.urlopen("http://127.0.0.1:8000/", asked, timeout=30) as answer:
        return [[each["key"], each["version"], each["sha256"]] for each in json.load(answer)]


def said(way: Callable[[], Any]) -> str:
    error = refusal(way)
    return str(error.response["Error"]["Code"]) if error else "accepted"


if __name__ == "__main__":
    json.dump({name: {"said": said(way), "stored": listed()} for name, way in WAYS.items()}, sys.stdout)

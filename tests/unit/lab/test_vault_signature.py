# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Against the example of the Amazon S3 API reference, "Transferring Payload in a Single Chunk"."""

from __future__ import annotations

import pytest

from tests.lab.images.vault.vault.signature import refusal

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
EXAMPLE = {
    "REQUEST_METHOD": "GET",
    "RAW_URI": "/test.txt",
    "HTTP_HOST": "examplebucket.s3.amazonaws.com",
    "HTTP_RANGE": "bytes=0-9",
    "HTTP_X_AMZ_CONTENT_SHA256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "HTTP_X_AMZ_DATE": "20130524T000000Z",
    "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={KEY}/20130524/us-east-1/s3/aws4_request,"
    "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
    "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
}


def test_the_example_is_right() -> None:
    assert refusal(EXAMPLE, KEY, SECRET) == ""


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"RAW_URI": "/other.txt"}, "SignatureDoesNotMatch"),
        ({"REQUEST_METHOD": "DELETE"}, "SignatureDoesNotMatch"),
        ({"RAW_URI": "/test.txt?acl"}, "SignatureDoesNotMatch"),
        ({"HTTP_AUTHORIZATION": ""}, "AccessDenied"),
    ],
)
def test_what_was_not_signed_is_refused(change: dict[str, str], code: str) -> None:
    assert refusal(EXAMPLE | change, KEY, SECRET) == code


@pytest.mark.parametrize(
    ("key", "secret", "code"), [("AKIAOTHER", SECRET, "InvalidAccessKeyId"), (KEY, "x", "SignatureDoesNotMatch")]
)
def test_other_credentials_are_refused(key: str, secret: str, code: str) -> None:
    assert refusal(EXAMPLE, key, secret) == code

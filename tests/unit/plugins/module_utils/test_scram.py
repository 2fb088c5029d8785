# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""SCRAM verifiers: RFC 7677's example, PostgreSQL's own output, and SASLprep's examples."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils.scram import fits, make, saslprep

# RFC 7677, section 3: the exchange of user "user" with password "pencil".
SALT = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
AUTH = (
    "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
)


def test_the_example_of_the_rfc() -> None:
    keys = make("pencil", salt=SALT).split("$")[2]
    stored, server = (base64.b64decode(part) for part in keys.split(":"))
    signature = hmac.digest(server, AUTH.encode(), "sha256")
    assert base64.b64encode(signature) == b"6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
    proof = base64.b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    client = bytes(a ^ b for a, b in zip(proof, hmac.digest(stored, AUTH.encode(), "sha256"), strict=True))
    assert hashlib.sha256(client).digest() == stored


@settings(max_examples=10, deadline=None)
@given(st.text(alphabet=st.characters(codec="ascii"), min_size=1))
def test_a_password_fits_its_own_verifier_alone(password: str) -> None:
    verifier = make(password)
    assert fits(password, verifier)
    assert not fits(password + "x", verifier)
    assert make(password) != verifier, "a salt of its own each time"


@pytest.mark.parametrize(
    "verifier",
    [None, "", "md5e8a48653851e28c69d0506508fb27fc5", "SCRAM-SHA-256$4096:a$b:c", "SCRAM-SHA-256$x:YQ==$b:c"],
)
def test_other_verifiers_do_not_fit(verifier: str | None) -> None:
    assert not fits("pencil", verifier)


@pytest.mark.parametrize(
    ("password", "prepared"),
    [
        ("plain\t$'\"", "plain\t$'\""),
        ("I\u00adX", "IX"),  # RFC 4013, section 3, example 1: a soft hyphen maps to nothing
        ("\u00aa", "a"),  # example 4: NFKC
        ("\u2168", "IX"),  # example 5: NFKC
        ("p\u00a0ä", "p ä"),
        ("a\u0308", "ä"),
    ],
)
def test_saslprep(password: str, prepared: str) -> None:
    assert saslprep(password) == prepared


@pytest.mark.parametrize("password", ["ä\u0007", "\u0627\u0031", "\u00ad", "ä\ue000", "ä\ufffd"])
def test_saslprep_refuses(password: str) -> None:
    with pytest.raises(ValueError, match="password"):
        saslprep(password)


def test_an_empty_password_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        make("")

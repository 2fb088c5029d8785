# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The encrypted kit: opened by ansible-vault alone, and every way in which it cannot be opened is told apart."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.holdfast.host.plugins.plugin_utils.kit import KitError
from ansible_collections.holdfast.host.plugins.plugin_utils.kit_seal import seal, unseal
from tests.unit.plugins.plugin_utils.test_kit import document

PASSWORD = "correct horse battery staple"  # of the tests alone


def vaulted(text: str) -> bytes:
    """Return a text as ansible-vault itself encrypts it."""
    return bytes(VaultLib([("default", VaultSecret(PASSWORD.encode()))]).encrypt(text))


def test_what_is_sealed_can_be_opened_and_is_never_the_same_twice() -> None:
    first, second = seal(document(), PASSWORD), seal(document(), PASSWORD)
    assert unseal(first, PASSWORD, "a.kit") == unseal(second, PASSWORD, "a.kit") == document()
    assert first != second
    assert b"db-value" not in first


def test_ansible_vault_alone_opens_a_kit(tmp_path: Path) -> None:
    (tmp_path / "a.kit").write_bytes(seal(document(), PASSWORD))
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    program = str(Path(sys.executable).with_name("ansible-vault"))
    command = [program, "decrypt", "--vault-password-file", "password", "--output", "-", "a.kit"]
    environment = os.environ | {"ANSIBLE_LOCAL_TEMP": str(tmp_path / "tmp")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == document()


def test_a_kit_that_ansible_vault_encrypted_again_is_opened() -> None:
    assert unseal(vaulted(json.dumps(document())), PASSWORD, "a.kit") == document()


def test_a_short_password_seals_nothing() -> None:
    with pytest.raises(KitError, match="20 characters"):
        seal(document(), "short")


def _damaged(sealed: bytes) -> bytes:
    """Return a kit with one digit changed. It is hexadecimal twice over: the other half of a pair may be its case."""
    lines = sealed.split(b"\n")
    middle = bytearray(lines[len(lines) // 2])
    middle[1] = ord("1") if middle[1] != ord("1") else ord("2")
    lines[len(lines) // 2] = bytes(middle)
    return b"\n".join(lines)


@pytest.mark.parametrize(
    ("password", "cut", "said"),
    [
        ("wrong horse battery staple", "whole", "the password is not that of a.kit$"),
        (PASSWORD, "half", "a.kit is truncated: "),
        (PASSWORD, "last line", "a.kit is truncated: "),
        (PASSWORD, "header alone", "a.kit is truncated: 0 of "),
        (PASSWORD, "altered", "a.kit was altered since it was written, or is damaged"),
        (PASSWORD, "longer", "a.kit was altered since it was written, or is damaged"),
        (PASSWORD, "no vault", "a.kit is no recovery kit: it is not encrypted by ansible-vault"),
        (PASSWORD, "empty", "a.kit is no recovery kit"),
        (PASSWORD, "bad header", "a.kit is damaged: its first line is not ansible-vault's"),
    ],
)
def test_what_is_wrong_is_told_apart(password: str, cut: str, said: str) -> None:
    sealed = seal(document(), PASSWORD)
    lines = sealed.splitlines(keepends=True)
    given = {
        "whole": sealed,
        "half": sealed[: len(sealed) // 2],
        "last line": b"".join(lines[:-1]),
        "header alone": lines[0],
        "altered": _damaged(sealed),
        "longer": sealed + b"00\n",
        "no vault": b"hello",
        "empty": b"",
        "bad header": b"$ANSIBLE_VAULT\n" + b"".join(lines[1:]),
    }[cut]
    with pytest.raises(KitError, match=said):
        unseal(given, password, "a.kit")


def test_where_the_label_is_another_the_vault_itself_notices() -> None:
    sealed = vaulted(json.dumps(document()))
    for given, password, said in (
        (sealed, "wrong horse battery staple", "the password is not that of a.kit, or it is damaged"),
        (_damaged(sealed), PASSWORD, "the password is not that of a.kit, or it is damaged"),
        (sealed[:30], PASSWORD, "a.kit is truncated or was altered"),
    ):
        with pytest.raises(KitError, match=said):
            unseal(given, password, "a.kit")


@pytest.mark.parametrize("text", ["hello", "[]", json.dumps({"app_secrets": {}})])
def test_another_encrypted_file_is_no_kit(text: str) -> None:
    with pytest.raises(KitError, match=re.escape("a.kit is encrypted, but holds no recovery kit")):
        unseal(vaulted(text), PASSWORD, "a.kit")

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The recovery kit encrypted with Ansible's own vault, so that ``ansible-vault decrypt`` alone opens it.

The vault's checksum is keyed, so it cannot tell a wrong password from a damaged file. The vault's label, which it
leaves to its users, holds the length and a checksum of what is encrypted, and makes the difference.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.vault import (
    AnsibleVaultFormatError,
    VaultLib,
    VaultSecret,
    format_vaulttext_envelope,
    is_encrypted,
    parse_vaulttext_envelope,
)

from ansible_collections.holdfast.host.plugins.plugin_utils.kit import KitError, check_password, checked

_LABEL = re.compile(r"holdfast-kit-(\d+)-([0-9a-f]{16})")
_DAMAGED = "take an older one, or a copy from elsewhere"


def _sum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


def _vault(password: str, label: str) -> VaultLib:
    return VaultLib([(label, VaultSecret(password.encode()))])


def seal(document: Mapping[str, Any], password: str) -> bytes:
    """Return a kit as an encrypted file. Raises KitError for a password that is too short."""
    check_password(password)
    text = json.dumps(document, indent=1, sort_keys=True).encode()
    body, _, cipher, _ = parse_vaulttext_envelope(_vault(password, "kit").encrypt(text))
    label = f"holdfast-kit-{len(body)}-{_sum(body)}"
    return bytes(format_vaulttext_envelope(body, cipher, vault_id=label))


def _undamaged(body: bytes, label: str, name: str) -> bool:
    """Tell whether a body is as it was written; None is known of it where the label is another's."""
    known = _LABEL.fullmatch(label)
    if known is None:
        return False
    if len(body) < int(known[1]):
        raise KitError(f"{name} is truncated: {len(body)} of {known[1]} bytes are there; {_DAMAGED}")
    if _sum(body) != known[2]:
        raise KitError(f"{name} was altered since it was written, or is damaged; {_DAMAGED}")
    return True


def unseal(sealed: bytes, password: str, name: str) -> dict[str, Any]:
    """Return the kit that an encrypted file holds. name: of the file, for messages. Raises KitError."""
    if not is_encrypted(sealed):
        raise KitError(f"{name} is no recovery kit: it is not encrypted by ansible-vault")
    try:
        body, _, _, label = parse_vaulttext_envelope(sealed)
    except AnsibleVaultFormatError:
        raise KitError(f"{name} is damaged: its first line is not ansible-vault's; {_DAMAGED}") from None
    whole = _undamaged(bytes(body), str(label), name)
    try:
        text = _vault(password, str(label)).decrypt(sealed)
    except AnsibleVaultFormatError:
        raise KitError(f"{name} is truncated or was altered; {_DAMAGED}") from None
    except AnsibleError:
        other = "" if whole else ", or it is damaged"
        raise KitError(f"the password is not that of {name}{other}") from None
    try:
        document = json.loads(text)
    except ValueError:
        raise KitError(f"{name} is encrypted, but holds no recovery kit") from None
    return checked(document, name)

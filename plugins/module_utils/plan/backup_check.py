# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is wrong with the declaration of backups, and what it leaves without a copy."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.plan import backup
from ansible_collections.holdfast.host.plugins.module_utils.plan.backup_config import MOST_REPOSITORIES
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import DAY
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT

PATH = f"{ROOT}.backup"
# Settings that an archive decides.
SETTINGS = ("archive_mode", "archive_command", "archive_library", "archive_timeout")


def findings(wish: Wish) -> list[Finding]:
    """Return what is wrong with the declaration, and what it leaves without a copy."""
    return [*_without(wish), *_places(wish), *_given(wish), *_volumes(wish), *_settings(wish)]


def _without(wish: Wish) -> Iterator[Finding]:
    if backup.declared(wish) is None and wish.stores():
        rule = "nothing is backed up: what the stores hold is lost with this host"
        hint = "[{s3: {bucket: backups, endpoint: s3.example.org, region: eu-central-1}}]"
        yield Finding(path=f"{PATH}.repositories", value="none", rule=rule, hint=hint, level=WARNING)


def _places(wish: Wish) -> Iterator[Finding]:
    given = backup.declared(wish)
    if given is None:
        return
    for index, each in enumerate(given.repositories):
        if len(each.kinds()) != 1:
            rule = "must be one of s3, sftp and local"
            value = ", ".join(each.kinds()) or "none"
            yield Finding(path=f"{PATH}.repositories[{index}]", value=value, rule=rule, hint="say one of them")
    first: dict[str, int] = {}
    for index, each in enumerate(given.repositories):
        place = backup.where(each)
        if place and first.setdefault(place, index) != index:
            rule = f"is the place of repositories[{first[place]}]: each would remove what the other keeps"
            hint = "give it a path of its own"
            yield Finding(path=f"{PATH}.repositories[{index}]", value=place, rule=rule, hint=hint)
        if each.sftp and backup.archives(wish) and not any(key.startswith("ecdsa-") for key in each.sftp.host_keys):
            # libssh2 asks in an order of its own, whatever is known of the machine.
            rule = "has no ECDSA key: pgBackRest asks for that first, and trusts no other where the machine has one"
            path, value = f"{PATH}.repositories[{index}].sftp.host_keys", each.sftp.host_keys[0].partition(" ")[0]
            hint = "all that ssh-keyscan shows, without the name"
            yield Finding(path=path, value=value, rule=rule, hint=hint, level=WARNING)
    if len(given.repositories) > MOST_REPOSITORIES:
        rule, count = f"must be at most {MOST_REPOSITORIES}: each segment is sent to all", len(given.repositories)
        yield Finding(path=f"{PATH}.repositories", value=count, rule=rule, hint="leave some out")
    if all(each.local for each in given.repositories):
        rule = "every backup lies on this host, and is lost with it"
        hint = "add a repository s3 or sftp"
        yield Finding(path=f"{PATH}.repositories", value="local", rule=rule, hint=hint, level=WARNING)
    if given.keep.wal > given.keep.full:
        rule = "must not be longer than keep.full: a log without a full backup before it restores nothing"
        yield Finding(path=f"{PATH}.keep.wal", value=f"{given.keep.wal / DAY:g}d", rule=rule, hint="keep fulls longer")


def _given(wish: Wish) -> Iterator[Finding]:
    for secret in backup.secrets(wish).values():
        if secret.origin == "provide" and secret.name not in wish.provided:
            rule = f"must be given: it is {secret.why}"
            yield Finding(path=f"app_secrets.{secret.name}", rule=rule, hint="in a file that ansible-vault encrypts")


def _volumes(wish: Wish) -> Iterator[Finding]:
    given = backup.declared(wish)
    if given is None:
        return
    for key, each in given.volumes.items():
        if key not in wish.project.volumes:
            rule, hint = (
                "must be a volume of the Compose file",
                ", ".join(sorted(wish.project.volumes)) or "it has none",
            )
            yield Finding(path=f"{PATH}.volumes.{key}", value=key, rule=rule, hint=hint)
        for name in each.pause:
            if name not in wish.project.services:
                rule, hint = "must be a service of the Compose file", "leave it out"
                yield Finding(path=f"{PATH}.volumes.{key}.pause", value=name, rule=rule, hint=hint)
    for name in wish.apps():
        for key in backup.volume_keys(wish, name):
            if key not in given.volumes:
                rule, hint = "is not copied", f"{PATH}.volumes: {{{key}: {{}}}}, or leave it where it can be made anew"
                yield Finding(path=f"compose.volumes.{key}", value=name, rule=rule, hint=hint, level=WARNING)


def _settings(wish: Wish) -> Iterator[Finding]:
    postgres = wish.stack.stores.postgres
    for name in SETTINGS if postgres and backup.archives(wish) else ():
        if postgres and name in postgres.settings:
            rule, hint = f"is decided by {PATH}", f"leave it out; {PATH}.rpo says how much may be lost"
            path = f"{ROOT}.stores.postgres.settings.{name}"
            yield Finding(path=path, value=postgres.settings[name], rule=rule, hint=hint)

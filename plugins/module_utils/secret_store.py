# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Secrets in files: generated once, never shown. What is wanted, and the steps from what is there to it."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils import envfile
from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, nearest
from ansible_collections.holdfast.host.plugins.module_utils.file_state import Access, parse_access

KEY_FILE = ".versions.key"
_NAME = re.compile(r"^[A-Za-z0-9_-][A-Za-z0-9_.-]*$")
_ALNUM = string.ascii_letters + string.digits
_ENDS_A_WORD = re.compile(r"[\"'\s]")
# 16 hexadecimal digits are 64 bits, the least that withstands guessing over a network (NIST SP 800-63B, 5.1.1.2).
_SHORTEST = 16


@dataclass(frozen=True, kw_only=True)
class Secret:
    """One secret to keep. kind: urlsafe or hex. length: characters. previous: a name to take the value over from."""

    name: str
    access: Access
    length: int = 32
    kind: str = "urlsafe"
    previous: str = ""


@dataclass(frozen=True, kw_only=True)
class EnvFile:
    """One file made from secrets: an environment file of variables, or, where content is given, that text.

    variables: templates by name; content: one template. Templates refer to secrets as ``${secret:NAME}``.
    """

    path: Path
    access: Access
    variables: dict[str, str]
    content: str | None = None

    def templates(self) -> dict[str, str]:
        """Return every template by the name under which a finding tells of it."""
        return self.variables if self.content is None else {"content": self.content}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Everything that a run is asked for. provided holds values, and so is never shown.

    replace: whether a secret that is there may be changed; where not, only missing ones are made.
    """

    directory: Path
    names: tuple[Secret, ...]
    env_files: tuple[EnvFile, ...] = ()
    absent: tuple[Path, ...] = ()
    provided: dict[str, str] = field(default_factory=dict, repr=False)
    replace: bool = True


@dataclass(frozen=True, kw_only=True)
class Values:
    """The value of each secret after the run, and which of them were made or replaced."""

    values: dict[str, str] = field(repr=False)
    created: tuple[str, ...]
    replaced: tuple[str, ...]


def parse(options: Mapping[str, Any], *, lenient: bool = False) -> tuple[Wanted, list[Finding]]:
    """Return what the module's options ask for, and all that is wrong with them. No finding holds a value."""
    names, envs, findings = [], [], []
    for number, item in enumerate(options["names"]):
        access, found = parse_access(item, f"names[{number}]", lenient=lenient)
        previous = item.get("from_previous") or ""
        names.append(
            Secret(name=item["name"], access=access, length=item["length"], kind=item["kind"], previous=previous)
        )
        findings += found
    for number, item in enumerate(options["env_files"]):
        access, found = parse_access(item, f"env_files[{number}]", lenient=lenient)
        variables = {str(key): _text(value) for key, value in (item["variables"] or {}).items()}
        content = item.get("content")
        envs.append(EnvFile(path=Path(item["path"]), access=access, variables=variables, content=content))
        findings += found
    wanted = Wanted(
        directory=Path(options["directory"]),
        names=tuple(names),
        env_files=tuple(envs),
        absent=tuple(Path(path) for path in options["absent_env_files"]),
        provided={str(name): _text(value) for name, value in (options["provided"] or {}).items()},
        replace=options.get("replace", True),
    )
    return wanted, findings + _check_names(wanted) + _check_env_files(wanted)


def is_name(text: str) -> bool:
    """Tell whether a text may be the name of a secret."""
    return bool(_NAME.match(text))


def _text(value: Any) -> str:
    # YAML's true and numbers mean what an environment file would say.
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check_names(wanted: Wanted) -> list[Finding]:
    findings = []
    names = [secret.name for secret in wanted.names]
    for number, secret in enumerate(wanted.names):
        where = f"names[{number}]"
        for key, name in (("name", secret.name), ("from_previous", secret.previous)):
            if name and not is_name(name):
                rule = "is made of letters, digits, '_', '-' and '.', and does not start with a dot"
                findings.append(Finding(path=f"{where}.{key}", value=name, rule=rule))
        if names.count(secret.name) > 1 and names.index(secret.name) == number:
            findings.append(Finding(path=f"{where}.name", value=secret.name, rule="is named once"))
        if secret.length < _SHORTEST:
            rule = f"is {_SHORTEST} characters or more"
            findings.append(Finding(path=f"{where}.length", value=secret.length, rule=rule))
    for name, value in wanted.provided.items():
        if name not in names:
            hint = nearest(name, names)
            findings.append(Finding(path=f"provided.{name}", rule="is one of the secrets of names", hint=hint))
        if not value:
            findings.append(Finding(path=f"provided.{name}", rule="is not empty"))
    return findings


def _check_env_files(wanted: Wanted) -> list[Finding]:
    names = [secret.name for secret in wanted.names]
    paths = [env.path for env in wanted.env_files] + list(wanted.absent)
    findings = [
        Finding(path=str(path), rule="is an absolute path that is named once")
        for path in dict.fromkeys(paths)
        if paths.count(path) > 1 or not path.is_absolute() or ".." in path.parts
    ]
    for env in wanted.env_files:
        for variable, template in env.templates().items():
            findings += [
                Finding(
                    path=f"{env.path}: {variable}",
                    value=name,
                    rule="refers to a known secret",
                    hint=nearest(name, names),
                )
                for name in sorted(envfile.references(template) - set(names))
            ]
    return findings


def generate(secret: Secret) -> str:
    """Return a new value from the system's random source."""
    if secret.kind == "hex":
        return secrets.token_hex((secret.length + 1) // 2)[: secret.length]
    # Neither an option to a program nor an empty word, whatever the rest is.
    rest = "".join(secrets.choice(_ALNUM + "-_") for _ in range(secret.length - 1))
    return secrets.choice(_ALNUM) + rest


def decide(wanted: Wanted, current: Mapping[str, str], *, make: bool) -> Values:
    """Return the value of each secret. current: values by name of the files that exist, previous names included.

    Without ``make`` (check mode) nothing is generated: what would be is in ``created`` and has no value. Raises
    ValueError, which names them and no value, where secrets would be replaced that must not be.
    """
    values: dict[str, str] = {}
    created, replaced = [], []
    for secret in wanted.names:
        name = secret.name
        known = wanted.provided.get(name, current.get(name))
        if name not in current:
            created.append(name)
            known = known if known is not None else current.get(secret.previous)
        elif known != current[name]:
            replaced.append(name)
        if known is None and make:
            known = generate(secret)
        if known is not None:
            values[name] = known
    if replaced and not wanted.replace:
        rule = "other values are there than the ones given, and they are not replaced"
        raise ValueError(f"{wanted.directory}: {rule}: {', '.join(replaced)}")
    return Values(values=values, created=tuple(created), replaced=tuple(replaced))


def _check_words(env: EnvFile, needed: set[str], values: Mapping[str, str]) -> None:
    """Raise ValueError, without the value, where a secret would end its place in a server's own configuration.

    A file that is nothing but the secret, and the end of its line, holds whatever it is.
    """
    if (env.content or "").removesuffix("\n") in {f"${{secret:{name}}}" for name in needed}:
        return
    odd = sorted(name for name in needed if _ENDS_A_WORD.search(values[name]))
    if odd:
        raise ValueError(f"{env.path}: {', '.join(odd)} must have no quote and no white space: a server reads it there")


def env_text(env: EnvFile, values: Mapping[str, str]) -> str | None:
    """Return the text of an environment file, None where a secret has no value yet. Raises ValueError."""
    needed: set[str] = set().union(*(envfile.references(template) for template in env.templates().values()))
    if not needed <= set(values):
        return None
    if env.content is not None:
        _check_words(env, needed, values)
        return envfile.fill(env.content, values)
    try:
        return envfile.render({name: envfile.fill(template, values) for name, template in env.variables.items()})
    except ValueError as error:
        raise ValueError(f"{env.path}: {error}") from None


def version(key: bytes, name: str, value: str) -> str:
    """Return twelve hexadecimal digits that change with the value and, without the key, tell nothing about it."""
    return hmac.new(key, f"{name}\0{value}".encode(), hashlib.sha256).hexdigest()[:12]

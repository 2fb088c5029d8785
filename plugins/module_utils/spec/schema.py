# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A declaration's shape, told once: the fields of a dataclass are its keys, with their kind, meaning and example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding, nearest
from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import Kind, ListOf, MapOf, Result, refuse


def key(kind: Kind, doc: str, *, example: str, default: Any = MISSING) -> Any:
    """Return a dataclass field that is a key of the declaration.

    kind reads its value; doc says in one sentence what it is for; example is YAML. A key without default is required.
    """
    metadata = {"kind": kind, "doc": doc, "example": example}
    if isinstance(default, (dict, list)):
        return field(default_factory=lambda: type(default)(default), metadata=metadata)
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def required(item: Field[Any]) -> bool:
    """Tell whether a key has to be given."""
    return item.default is MISSING and item.default_factory is MISSING


@dataclass(frozen=True, kw_only=True)
class Section:
    """A mapping with known keys: the fields of a dataclass."""

    shape: type

    @property
    def accepts(self) -> str:
        """Return the known keys."""
        return "a mapping with the keys " + ", ".join(item.name for item in fields(self.shape))

    def read(self, raw: object, path: str) -> Result:
        """Return the dataclass. Unknown, missing and wrong keys are findings, all of them at once.

        A wrong optional value falls back to its default, so that the checks of meaning still see all the rest and
        their findings come in the same run; the findings refuse the run all the same.
        """
        if not isinstance(raw, Mapping):
            return refuse(path, raw, self.accepts)
        known = {item.name: item for item in fields(self.shape)}
        findings = [
            Finding(path=f"{path}.{name}", value=raw[name], rule="unknown key", hint=nearest(str(name), known))
            for name in raw
            if name not in known
        ]
        values: dict[str, Any] = {}
        for name, item in known.items():
            if name in raw and raw[name] is not None:
                value, found = item.metadata["kind"].read(raw[name], f"{path}.{name}")
                example = f"for example {name}: {item.metadata['example']}"
                findings += [each if each.hint else replace(each, hint=example) for each in found]
                if value is not None:
                    values[name] = value
            elif required(item):
                rule = f"required: {item.metadata['doc']}"
                findings.append(Finding(path=f"{path}.{name}", rule=rule, hint=f"{name}: {item.metadata['example']}"))
        if any(required(item) and name not in values for name, item in known.items()):
            return None, findings
        return self.shape(**values), findings


def _default(item: Field[Any]) -> str:
    if required(item):
        return "required"
    value = item.default if item.default_factory is MISSING else item.default_factory()
    if value is None or value in ((), {}):
        return "none"
    if is_dataclass(value):
        return "as its keys say"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _inner(kind: Kind) -> type | None:
    if isinstance(kind, (ListOf, MapOf)):
        return _inner(kind.entry)
    if isinstance(kind, Section):
        return kind.shape
    # A kind that also takes a shorter form.
    shape = getattr(kind, "shape", None)
    return shape.shape if isinstance(shape, Section) else None


def _rows(shape: type, prefix: str) -> list[str]:
    rows: list[str] = []
    for item in fields(shape):
        kind = item.metadata["kind"]
        inner = _inner(kind)
        mark = "[]" if isinstance(kind, ListOf) else ".<name>" if isinstance(kind, MapOf) else ""
        accepts = "a mapping, keys below" if isinstance(kind, (Section, ListOf, MapOf)) and inner else kind.accepts
        example = f"`{item.metadata['example']}`"
        rows.append(f"| `{prefix}{item.name}` | {accepts} | {_default(item)} | {item.metadata['doc']} | {example} |")
        if inner:
            rows += _rows(inner, f"{prefix}{item.name}{mark}.")
    return rows


def table(shape: type) -> str:
    """Return a markdown table of every key that a shape accepts, nested keys by their dotted path."""
    head = ["| key | must be | default | what it is for | example |", "|---|---|---|---|---|"]
    return "\n".join(head + _rows(shape, "")) + "\n"

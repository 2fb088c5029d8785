# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Metrics of backups as the node exporter's textfile collector reads them (Prometheus' text format, version 0.0.4)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

PREFIX = "holdfast_backup_"
_NAME = re.compile(r"[a-z_:][a-z0-9_:]*")
_LABEL = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A value with its labels."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric. name: with its unit, without holdfast_backup_ before it. kind: gauge or counter."""

    name: str
    help: str
    samples: Sequence[Sample]
    kind: str = "gauge"


def exposition(metrics: Iterable[Metric]) -> str:
    """Return the text of metrics, version 0.0.4 of Prometheus' format. One without samples is left out.

    Raises ValueError for a name, a label or a series that the format does not allow.
    """
    lines: list[str] = []
    seen: set[str] = set()
    for metric in metrics:
        name = PREFIX + metric.name
        if not _NAME.fullmatch(name) or metric.kind not in ("gauge", "counter") or name in seen:
            raise ValueError(f"{name} ({metric.kind}) is no metric, or one that was told before")
        seen.add(name)
        if metric.samples:
            told = metric.help.replace("\\", "\\\\").replace("\n", "\\n")
            series = {name + _labels(sample.labels): _number(sample.value) for sample in metric.samples}
            if len(series) != len(metric.samples):
                raise ValueError(f"{name} has two values for the same labels")
            lines += [f"# HELP {name} {told}", f"# TYPE {name} {metric.kind}"]
            lines += [f"{what} {value}" for what, value in series.items()]
    return "".join(f"{line}\n" for line in lines)


def _labels(labels: Mapping[str, str]) -> str:
    wrong = [name for name in labels if not _LABEL.fullmatch(name)]
    if wrong:
        raise ValueError(f"no names of labels: {', '.join(wrong)}")
    shown = {k: v.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for k, v in sorted(labels.items())}
    return "{" + ",".join(f'{name}="{value}"' for name, value in shown.items()) + "}" if shown else ""


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(float(value))

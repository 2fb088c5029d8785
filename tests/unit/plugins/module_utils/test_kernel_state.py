# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Kernel values against a made-up /proc/sys."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import kernel_state
from ansible_collections.holdfast.host.plugins.module_utils.kernel_state import Outcome

WANTED = [
    {"name": "vm.swappiness", "value": "10", "reason": "stores first"},
    {"name": "net.ipv4.ip_local_port_range", "value": "15000 60999", "reason": "many upstreams"},
    {"name": "net.bridge.bridge-nf-call-iptables", "value": "1", "reason": "firewall"},
    {"name": "vm.nonsense", "value": "1", "reason": "none"},
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a kernel with two of the values."""
    for name, value in (("vm/swappiness", "60\n"), ("net/ipv4/ip_local_port_range", "15000\t60999\n")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(value, encoding="utf-8")
    return tmp_path


def _apply(root: Path, *, check: bool = False, container: bool = False) -> Outcome:
    return kernel_state.apply(WANTED, check=check, container=container, root=str(root))


def test_only_what_differs_is_set_and_once(root: Path) -> None:
    assert _apply(root).changed == {"vm.swappiness": ("60", "10")}
    assert (root / "vm/swappiness").read_text(encoding="utf-8") == "10\n"
    assert _apply(root).changed == {}


def test_what_another_has_set_is_set_again(root: Path) -> None:
    _apply(root)
    (root / "vm/swappiness").write_text("33\n", encoding="utf-8")
    assert _apply(root).changed == {"vm.swappiness": ("33", "10")}


def test_check_mode_tells_and_leaves(root: Path) -> None:
    assert _apply(root, check=True).changed == {"vm.swappiness": ("60", "10")}
    assert (root / "vm/swappiness").read_text(encoding="utf-8") == "60\n"


def test_what_is_not_there_is_told_and_not_made(root: Path) -> None:
    outcome = _apply(root)
    assert "br_netfilter" in outcome.unheld["net.bridge.bridge-nf-call-iptables"]
    assert "does not know" in outcome.unheld["vm.nonsense"]
    assert outcome.failed == {}
    assert not (root / "vm/nonsense").exists()


@pytest.mark.parametrize(
    ("number", "container", "held"),
    [
        (errno.EROFS, True, "unheld"),
        (errno.EACCES, True, "unheld"),
        (errno.EROFS, False, "failed"),
        (errno.EINVAL, True, "failed"),
    ],
)
def test_denied_is_a_failure_outside_of_containers(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int, container: bool, held: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(kernel_state, "_read", lambda name, _: "60" if name == "vm.swappiness" else None)
    outcome = _apply(root, container=container)
    assert os.strerror(number) in getattr(outcome, held)["vm.swappiness"]
    assert outcome.changed == {}


def test_a_value_that_does_not_stay_fails(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_state, "_write", lambda *_: None)
    assert _apply(root).failed == {"vm.swappiness": "10: the kernel keeps 60"}


def test_the_file_has_the_reason_above_each_value() -> None:
    lines = kernel_state.text(WANTED).splitlines()
    assert lines[2:4] == ["# stores first", "vm.swappiness = 10"]
    assert len(lines) == 2 + 2 * len(WANTED)


def test_boot_passes_over_what_is_not_there(root: Path) -> None:
    names = ["vm.swappiness", "vm.unheard_of", "net.bridge.bridge-nf-call-iptables"]
    later = root / "net/bridge/bridge-nf-call-iptables"
    later.parent.mkdir(parents=True)
    later.write_text("1\n", encoding="utf-8")
    absent = kernel_state.missing(names, str(root))
    assert absent == set(names[1:])
    text = kernel_state.text(({"name": name, "value": "1", "reason": ""} for name in names), absent)
    assert [line[0] for line in text.splitlines() if " = " in line] == ["v", "-", "-"]


def test_a_container_is_known_by_its_mark(tmp_path: Path) -> None:
    assert not kernel_state.in_container((str(tmp_path / "mark"),))
    (tmp_path / "mark").touch()
    assert kernel_state.in_container((str(tmp_path / "mark"),))


def test_the_modules_that_boot_loads_first() -> None:
    names = ["vm.swappiness", "net.netfilter.nf_conntrack_max", "net.nf_conntrack_max"]
    assert kernel_state.modules(names) == ["nf_conntrack"]
    assert kernel_state.modules_text(["nf_conntrack"]).endswith("\nnf_conntrack\n")
    assert kernel_state.modules_text(kernel_state.modules(["vm.swappiness"])) == ""

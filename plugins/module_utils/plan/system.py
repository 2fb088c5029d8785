# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The machine's own part of the plan: kernel values, and the doors that are looked after."""

from __future__ import annotations

from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.errors import Finding
from ansible_collections.holdfast.host.plugins.module_utils.host_types import Host
from ansible_collections.holdfast.host.plugins.module_utils.plan import (
    access_log,
    egress,
    firewall,
    kernel_rows,
    place,
    tune_kernel,
    volume,
)
from ansible_collections.holdfast.host.plugins.module_utils.plan.fit import DATA_PATH
from ansible_collections.holdfast.host.plugins.module_utils.plan.hardening import whole
from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Wish
from ansible_collections.holdfast.host.plugins.module_utils.spec.stack import ROOT


def _kernel(wish: Wish, host: Host) -> tune_kernel.Tuned:
    redis, disk = wish.stack.stores.redis, host.mount_of(DATA_PATH)
    machine = kernel_rows.Machine(
        memory_bytes=host.memory_bytes,
        rotational=bool(disk and disk.rotational),
        mbps=max((link.mbps or 0 for link in host.links), default=0) or 1000,
        stores=frozenset(wish.stores()),
        forks=redis is not None and redis.persist,
        ports=tuple(port["port"] for port in place.public_ports(wish.stack)),
        secured=wish.stack.hardening.kernel,
        advertised=bool(host.advertised),
    )
    return tune_kernel.tune(machine, wish.stack.kernel, f"{ROOT}.kernel")


def parts(wish: Wish, host: Host) -> tuple[dict[str, Any], list[Finding]]:
    """Return the plan's parts by name, JSON-able, and what is wrong with what was declared for them."""
    kernel, stack = _kernel(wish, host), wish.stack
    doors = whole.part(stack, host)
    ports, found, rules = place.public_ports(stack), list(kernel.findings), None
    if stack.hardening.firewall:
        rules = firewall.part(stack.access, host, ports, wish.project.networks)
        found += [*firewall.findings(stack.access, host, ports), *firewall.told(host, wish.project.networks)]
    disk = volume.part(host, stack.data)
    shown = {
        "kernel": kernel.as_dict(),
        "hardening": doors,
        "firewall": rules,
        "egress": egress.part(wish),
        "access_log": access_log.part(stack.logs, host, place.edge_project(stack.name)),
        "volume": disk,
        # Installed in one run, before anything else.
        "packages": [*doors["packages"], *(disk["packages"] if disk else ())],
        "exposed": firewall.exposed(stack.access, ports),
    }
    return shown, found

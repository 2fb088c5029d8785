#!/usr/bin/python
# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Report what a host has: CPUs, memory, disks, links, sockets and versions, as far as limits let it be used."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_capacity
short_description: Report what a host really has to offer
version_added: 1.0.0
description:
  - Measures CPUs, memory, disks, links, waiting sockets and software versions of the host, without changing it.
  - CPUs and memory are what may really be used. They are the least of what the machine has and of what the cgroups
    above the module's own process allow, in cgroup versions 1 and 2.
  - What the machine cannot tell is V(none), never a guess.
options:
  device:
    description: A block device to look at too, without changing it. Empty for none.
    type: path
    default: ""
author:
  - Holdfast contributors (@holdfast)
extends_documentation_fragment:
  - holdfast.host.attributes
  - holdfast.host.attributes.read_only
seealso:
  - module: holdfast.host.tier_check
notes:
  - Run it as root. Other users cannot see which process holds a socket, nor ask the Docker engine.
"""

EXAMPLES = r"""
- name: Measure the host
  holdfast.host.host_capacity:
  become: true
  register: capacity

- name: Show what may be used
  ansible.builtin.debug:
    msg: "{{ capacity.host.cpus }} CPUs, {{ capacity.host.memory_bytes }} bytes of memory"
"""

RETURN = r"""
host:
  description: The host as it is.
  returned: success
  type: dict
  contains:
    os:
      description: Operating system, with C(id), C(version), C(codename) and C(like), from C(/etc/os-release).
      type: dict
      sample: {"id": "debian", "version": "13", "codename": "trixie", "like": []}
    arch:
      description: Machine architecture.
      type: str
      sample: x86_64
    kernel:
      description: Kernel release.
      type: str
      sample: 6.12.0
    python:
      description: Version of the Python that ran the module.
      type: str
      sample: 3.13.5
    init:
      description: V(systemd) where systemd is in charge, else V(other).
      type: str
      sample: systemd
    cpus:
      description: CPUs that may be used.
      type: float
      sample: 2.0
    cpu_sources:
      description: CPUs online, CPUs usable under affinity and cpuset, and the cgroup quota in CPUs or V(none).
      type: dict
      sample: {"online": 2, "affinity": 2, "quota": null}
    cpu_mhz:
      description: Highest clock in MHz, or V(none).
      type: float
      sample: 2500.0
    uplinks:
      description: Names of the interfaces that a default route leads through.
      type: list
      elements: str
      sample: [eth0]
    advertised:
      description: Names of the interfaces to other machines on which the kernel itself reads advertisements of IPv6.
      type: list
      elements: str
      sample: [eth0]
    strangers:
      description: Names of the interfaces that are called like bridges of Docker's and are none.
      type: list
      elements: str
      sample: [br-lan]
    open_files:
      description: The most files that process 1 may hold, or V(none) for no bound.
      type: int
      sample: 1073741816
    container:
      description: Whether the host is a container, whose kernel belongs to another machine.
      type: bool
      sample: false
    memory_bytes:
      description: Memory that may be used, in bytes.
      type: int
      sample: 8140000000
    memory_sources:
      description: C(MemTotal) and the tightest cgroup limit or V(none), in bytes.
      type: dict
      sample: {"meminfo": 8140000000, "cgroup": null}
    swap_bytes:
      description: Swap in bytes.
      type: int
      sample: 0
    cgroup:
      description: Version of the cgroup tree or V(none), and the controllers usable at its root.
      type: dict
      sample: {"version": 2, "controllers": ["cpu", "memory", "pids"]}
    mounts:
      description:
        - Local filesystems by path, a bind mount of the same filesystem left out.
        - Sizes in bytes. C(free_bytes) is what an ordinary user may write.
        - C(rotational) is V(none) where the disk does not tell, C(raid_level) where no md array is in sight.
      type: list
      elements: dict
      sample:
        - path: /
          total_bytes: 40000000000
          free_bytes: 30000000000
          device: /dev/sda1
          fstype: ext4
          rotational: false
          raid_level: null
    links:
      description: Network interfaces with their speed in Mbit/s, V(none) where they are virtual, down or do not tell.
      type: list
      elements: dict
      sample: [{"name": "eth0", "mbps": 1000}]
    listening:
      description: Sockets that wait for traffic, and who holds them where that may be read.
      type: list
      elements: dict
      sample: [{"protocol": "tcp", "address": "0.0.0.0", "port": 22, "process": "sshd", "pid": 1, "container": null}]
    software:
      description: >-
        Versions of C(docker) (the engine, or the client where no engine answers), C(compose) and C(openssh) (the
        server), or V(none).
      type: dict
      sample: {"docker": "26.1.5", "compose": "2.26.1", "openssh": "10.0"}
    installed:
      description:
        - The stack that an earlier run left, or V(none). Its C(name), the C(projects) that have a Compose file, and the
          kinds of managed C(stores) that have a volume. C(places) is where its backups go, and C(keyed) whether the
          key is there by which they can be read.
      type: dict
      sample:
        name: shop
        projects: [stores, edge, app]
        stores: [postgres, redis]
        places: [s3.example.org/backups/shop]
        keyed: true
    programs:
      description: Programs that hardening asks for, by short names such as sudo, sudo-rs, snapd, chrony, ntp;
        usb for a bus of that name.
      type: list
      elements: str
    device:
      description:
        - The block device of O(device), or V(none). Its C(content) is as blkid names it, empty for a blank one, and
          V(none) where it cannot be read.
        - C(above) has its partitions and the names of what is mapped onto it, C(mounted) where these are mounted.
      type: dict
      sample:
        path: /dev/disk/by-id/scsi-0HC_Volume_1
        size_bytes: 40000000000
        content: crypto_LUKS
        label: holdfast-data
        rotational: false
        above: [holdfast-data]
        mounted: [/var/lib/docker]
    running:
      description:
        - The stack's containers, or V(none) where the Docker engine does not answer to the user. Each has its limits,
          its labels of ours, and the C(settings) that PostgreSQL, Redis or nginx in it says that it runs with.
        - What may hold a password is not read.
      type: list
      elements: dict
"""

import platform
from dataclasses import replace

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.holdfast.host.plugins.module_utils import pythons


def main() -> None:
    """Run the module."""
    spec = {"device": {"type": "path", "default": ""}}
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    if not pythons.serves(platform.python_version()):
        told = f"{pythons.PATH}: {platform.python_version()} {pythons.RULE}; {pythons.HINT}"
        module.fail_json(msg=f"Refused before anything was changed: {told}")
    # Not before: an older Python does not get through it.
    from ansible_collections.holdfast.host.plugins.module_utils.host import look_at, read_host  # noqa: PLC0415

    try:
        host = read_host()
    except ValueError as error:
        module.fail_json(msg=f"This host cannot be measured: {error}")
    path = module.params["device"]
    device = look_at(path) if path else None
    module.exit_json(changed=False, host=replace(host, device=device).as_dict())


if __name__ == "__main__":
    main()

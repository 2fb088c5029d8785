# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The keys that a Compose file may have, each with its kind. Source: the Compose specification."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.holdfast.host.plugins.module_utils.compose.kinds import (
    BAD,
    Kind,
    anything,
    boolean,
    choice,
    cpus,
    duration,
    integer,
    listing,
    mapping,
    one_of,
    pair_map,
    plain,
    record,
    size,
    size_or_unlimited,
    text,
    under,
    unsupported,
)
from ansible_collections.holdfast.host.plugins.module_utils.compose.report import Report

_RESTART = re.compile(r"no|always|unless-stopped|on-failure(?::\d+)?", re.ASCII)
_IMAGE = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?/|\[[0-9a-fA-F:]+\](?::\d+)?/)?"
    r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,})?",
    re.ASCII,
)
_SWARM = "has no effect outside Swarm and is left out"


def _matching(pattern: re.Pattern[str], rule: str, hint: str) -> Kind:
    def check(value: Any, path: str, report: Report) -> Any:
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        report.error(path, value, rule, hint)
        return BAD

    return check


def _each(names: str, kind: Kind) -> dict[str, Kind]:
    return dict.fromkeys(names.split(), kind)


def _ignored(why: str) -> Kind:
    def check(value: Any, path: str, report: Report) -> Any:
        report.warn(path, value, why)
        return None

    return check


def _hosts(value: Any, path: str, report: Report) -> Any:
    """extra_hosts as a list of ``name=address``; the list form may have a colon in place of the equals sign."""
    if isinstance(value, dict):
        entries = one_of((dict, mapping(one_of((str, listing(text, single=True)), (list, listing(text))))))
        checked = entries(value, path, report)
        return BAD if checked is BAD else [f"{name}={one}" for name, some in checked.items() for one in some]
    entries = listing(_matching(re.compile(r"[^:=\s]+[:=]\S+"), "must be name=address", 'as in "db=192.0.2.7"'))
    checked = entries(value, path, report)
    return BAD if checked is BAD else [re.sub(r"^([^:=]+):", r"\1=", one) for one in checked]


image = _matching(_IMAGE, "must be an image reference", "write it like registry.example.org/team/app:1.2, lower case")
restart = _matching(_RESTART, "must be no, always, unless-stopped or on-failure[:times]", "put no in quotes")
file_mode = integer(0, 0o7777)
labels = pair_map("")
words = listing(text, unique=False)
_limit = record({"soft": integer(-1), "hard": integer(-1)}, needs=["soft", "hard"])
_texts = listing(text)
_some = listing(text, single=True)

REFERENCE = one_of(
    (str, under("source")),
    (dict, record({"source": text, "target": text, "uid": text, "gid": text, "mode": file_mode}, needs=["source"])),
)
NETWORK_USE = record(
    {
        "aliases": _texts,
        "ipv4_address": text,
        "ipv6_address": text,
        "link_local_ips": _texts,
        "mac_address": text,
        "driver_opts": pair_map(""),
        "priority": integer(),
        "gw_priority": integer(),
        "interface_name": text,
    }
)
_CONDITIONS = choice("service_started", "service_healthy", "service_completed_successfully")
DEPENDENCY = record({"condition": _CONDITIONS, "required": boolean, "restart": boolean}, needs=["condition"])
_LIMITS = record({"cpus": cpus, "memory": size, "pids": integer(-1)})
_GPU = unsupported("reserved devices are not supported", "remove it, or give the device with devices:")
_RESERVATIONS = record({"cpus": cpus, "memory": size, "pids": integer(-1), "generic_resources": _GPU, "devices": _GPU})
_RESTART_POLICY = record(
    {
        "condition": choice("none", "no", "on-failure", "any", "always", "unless-stopped"),
        "delay": duration,
        "max_attempts": integer(0),
        "window": duration,
    }
)
DEPLOY = record(
    {
        "replicas": integer(0),
        "resources": record({"limits": _LIMITS, "reservations": _RESERVATIONS}, partial=True),
        "restart_policy": _RESTART_POLICY,
        "labels": labels,
        "mode": choice("replicated", "replicated-job"),
        "endpoint_mode": _ignored(_SWARM),
        "placement": _ignored(_SWARM),
        "update_config": _ignored(_SWARM),
        "rollback_config": _ignored(_SWARM),
    },
    partial=True,
)
_LEGACY = "is not supported"
_NETWORKS_HINT = "services reach each other by name on a common network: use networks: and depends_on:"

# Passed through to the rendered file, each in its normal form.
EXTRA: dict[str, Kind] = {
    **_each(
        "working_dir stop_signal hostname domainname container_name platform runtime pid ipc uts userns_mode cgroup "
        "cgroup_parent cpuset mac_address",
        text,
    ),
    **_each("cap_add cap_drop security_opt devices device_cgroup_rules dns_opt", _texts),
    **_each("dns dns_search tmpfs", _some),
    **_each("init read_only tty stdin_open privileged oom_kill_disable attach", boolean),
    **_each("labels annotations sysctls storage_opt", labels),
    "shm_size": size,
    "memswap_limit": size_or_unlimited,
    "mem_swappiness": integer(0, 100),
    "oom_score_adj": integer(-1000, 1000),
    "cpu_shares": integer(0),
    "cpu_quota": one_of((int, integer()), (str, duration)),
    "cpu_period": one_of((int, integer()), (str, duration)),
    "stop_grace_period": duration,
    "group_add": listing(plain),
    "expose": listing(plain),
    "extra_hosts": _hosts,
    "ulimits": mapping(one_of(((int, str), integer(-1)), (dict, _limit))),
    "logging": record({"driver": text, "options": pair_map("")}),
    "pull_policy": choice("always", "never", "missing", "if_not_present", "build"),
}
UNSUPPORTED: dict[str, Kind] = {
    "links": unsupported(f"{_LEGACY}: links are a legacy of Docker", _NETWORKS_HINT),
    "external_links": unsupported(f"{_LEGACY}: links are a legacy of Docker", _NETWORKS_HINT),
    "volumes_from": unsupported(_LEGACY, "give both services the same named volume"),
    "develop": _ignored("is for development and is left out"),
    "credential_spec": unsupported(f"{_LEGACY}: it is for Windows"),
    "isolation": unsupported(f"{_LEGACY}: it is for Windows"),
    "cpu_count": unsupported(f"{_LEGACY}: it is for Windows", "use deploy.resources.limits.cpus"),
    "cpu_percent": unsupported(f"{_LEGACY}: it is for Windows", "use deploy.resources.limits.cpus"),
    "label_file": unsupported(_LEGACY, "write the labels in labels:"),
    **_each(
        "blkio_config cpu_rt_period cpu_rt_runtime gpus models provider post_start pre_stop use_api_socket",
        unsupported(_LEGACY, "remove it, or set it in an override for development"),
    ),
}

_BUILD_KEYS = (
    "additional_contexts cache_from cache_to entitlements extra_hosts isolation network no_cache platforms privileged "
    "provenance pull sbom secrets shm_size ssh tags ulimits"
)
BUILD: dict[str, Kind] = {
    **_each(_BUILD_KEYS, anything),
    **_each("context dockerfile dockerfile_inline target", text),
    "labels": labels,
}
_external = one_of(
    ((bool, str), boolean),
    (dict, unsupported("external is true or false; its name stands beside it", "external: true, name: ...")),
)
_NAMED: dict[str, Kind] = {"name": text, "external": _external, "labels": labels}
_IPAM = record(
    {
        "driver": text,
        "config": listing(
            record({"subnet": text, "gateway": text, "ip_range": text, "aux_addresses": mapping(text)}),
        ),
        "options": pair_map(""),
    }
)
_DRIVER: dict[str, Kind] = {"driver": text, "driver_opts": pair_map("")}
VOLUME = record({**_NAMED, **_DRIVER})
NETWORK = record(
    {
        **_NAMED,
        **_DRIVER,
        "ipam": _IPAM,
        **_each("internal attachable enable_ipv4 enable_ipv6", boolean),
    }
)
_STORED: dict[str, Kind] = {**_NAMED, "file": text, "environment": text, "template_driver": text}
SECRET = record({**_STORED, **_DRIVER})
CONFIG = record({**_STORED, "content": text})
TOP = ("name", "version", "services", "volumes", "networks", "secrets", "configs", "include")

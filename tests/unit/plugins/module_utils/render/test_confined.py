# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The bounds that verify expects are those of the rendered service."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.render.confined import confined


def test_what_a_service_says() -> None:
    service = {
        "privileged": True,
        "read_only": True,
        "user": "70:70",
        "cap_add": ["SETUID", "CAP_CHOWN"],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "deploy": {"resources": {"limits": {"pids": 64}}},
        "pid": "host",
        "ipc": "private",
        "volumes": ["data:/data", "/run:/run:ro", {"type": "bind", "source": "/var/run/docker.sock", "target": "/s"}],
    }
    assert confined(service) == {
        "privileged": True,
        "read_only": True,
        "user": "70:70",
        "cap_add": ["CHOWN", "SETUID"],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges=true"],
        "pids": 64,
        "shared": ["pid"],
        "sockets": ["/run", "/var/run/docker.sock"],
    }


def test_what_a_service_does_not_say() -> None:
    bare = confined({"image": "a:1"})
    assert (bare["user"], bare["pids"], bare["privileged"], bare["sockets"]) == (None, None, False, [])

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The words that a declaration is made of: names, hosts, paths, images."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.spec.kinds import MapOf, Text

NAME = Text(accepts="a name of lower-case letters, digits and dashes, at most 32", pattern=r"[a-z][a-z0-9-]{0,31}")
# Compose's own rule, so that every service of a file can be named.
SERVICE = Text(accepts="the name of a Compose service", pattern=r"[a-zA-Z0-9._-]+")
HOST = Text(
    accepts="a host name such as www.example.org",
    pattern=r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,62}",
)
PATH = Text(accepts="a URL path such as / or /api/", pattern=r"/[A-Za-z0-9._~/-]*")
WORDS = Text(accepts="text")
# The database's own limit for a name is 63 bytes.
IDENTIFIER = Text(accepts="a database name or role of letters, digits and _", pattern=r"[a-z_][a-z0-9_]{0,62}")
IMAGE = Text(
    accepts="an image with a tag or digest such as registry.example.org/app:1.4",
    pattern=r"([^\s:@/]+(:\d+)?/)?[^\s:@]+(:[\w.-]+(@\w+:[0-9a-f]+)?|@\w+:[0-9a-f]+)",
)
DIGEST = Text(accepts="a digest such as sha256: and 64 hexadecimal digits", pattern=r"sha256:[0-9a-f]{64}")
LOCATION = Text(
    accepts='the two letters of a country such as "de" (quoted: no is a boolean in YAML), or eu', pattern=r"[A-Za-z]{2}"
)
VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
# What a container may do to its host, by the names of plan/powers.py, each with the reason why that is accepted.
RISKS = MapOf(entry=Text(accepts="the reason why it is needed", pattern=r".*\S.*"))
RISKS_ARE = "what its Compose service may do to the host, by name and with the reason: privileged, docker-socket, ..."

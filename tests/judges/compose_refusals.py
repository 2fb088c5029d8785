# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Small Compose projects that Compose refuses."""

from __future__ import annotations

from tests.judges.compose_corpus import Case, one, service

# What Compose refuses, and so do we.
REFUSE: dict[str, Case] = {
    "unknown-key": service("banana: 1"),
    "unknown-top-key": one("services: {a: {image: x}}\nbanana: 1\n"),
    "no-image": one("services: {a: {environment: [A=1]}}"),
    "missing-service": service("depends_on: [b]"),
    "missing-volume": service('volumes: ["data:/x"]'),
    "missing-network": service("networks: [n]"),
    "missing-secret": service("secrets: [s]"),
    "disabled-dependency": one("services: {a: {image: x, depends_on: [b]}, b: {image: x, profiles: [p]}}"),
    "ring": one("services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}"),
    "extends-ring": one("services: {a: {image: x, extends: b}, b: {image: x, extends: a}}"),
    "extends-missing": one("services: {a: {image: x, extends: b}}"),
    "duplicate-key": one("services: {a: {image: x, image: y}}"),
    "bad-variable": service("environment: {A: '${}'}"),
    "open-variable": service("environment: {A: '${B'}"),
    "required-variable": service("environment: {A: '${B:?must be set}'}"),
    "missing-env-file": service("env_file: none.env"),
    "port-range": service('ports: ["80-81:80-82"]'),
    "port-too-high": service("ports: [70000]"),
    "port-host-name": service('ports: ["localhost:80:80"]'),
    "port-protocol": service('ports: ["80:80/xyz"]'),
    "duration-without-unit": service("healthcheck: {test: x, interval: 5}"),
    "duration-in-days": service("healthcheck: {test: x, interval: 1d}"),
    "health-test": service("healthcheck: {test: [x]}"),
    "user-number": service("user: 1000"),
    "cpus-in-millis": service("cpus: 500m"),
    "memory-word": service("mem_limit: lots"),
    "scale-differs": service("scale: 3, deploy: {replicas: 2}"),
    "memory-differs": service("mem_limit: 1g, deploy: {resources: {limits: {memory: 2g}}}"),
    "network-mode-and-networks": service("network_mode: host, networks: [default]"),
    "container-name-and-scale": service("container_name: c, scale: 2"),
    "services-list": one("services: [a]"),
    "environment-nested": service("environment: {A: [1]}"),
    "pull-policy": service("pull_policy: sometimes"),
    "command-number": service("command: [sleep, 1]"),
    "optional-dependency-unknown": service("depends_on: {b: {condition: service_started, required: false}}"),
    "environment-list-number": service("environment: [A=1, 5]"),
    "service-name": one("services: {'a b': {image: x}}"),
}

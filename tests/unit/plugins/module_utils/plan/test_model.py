# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What a plan is made from: stores, who is taken over, and whose own the rest is."""

from __future__ import annotations

import json

from ansible_collections.holdfast.host.plugins.module_utils.plan.model import Decision, Secret, Setting
from tests.planning import COMPOSE, wish


def test_stores_and_services_part_the_compose_file() -> None:
    made = wish()
    assert list(made.stores()) == ["postgres", "redis"]
    assert made.taken() == {"db": "postgres", "cache": "redis"}
    assert list(made.apps()) == ["web", "worker"]


def test_without_stores_everything_is_the_applications() -> None:
    made = wish(stores=None)
    assert (made.stores(), made.taken()) == ({}, {})
    assert list(made.apps()) == ["db", "cache", "web", "worker"]


def test_the_parts_are_json() -> None:
    parts: list[Decision | Setting | Secret] = [
        Decision(path="p", done="d", reason="r"),
        Setting(name="n", value="v", reason="r"),
        Secret(name="N"),
    ]
    assert json.loads(json.dumps([part.as_dict() for part in parts])) == [
        {"path": "p", "done": "d", "reason": "r"},
        {"name": "n", "value": "v", "reason": "r"},
        {"name": "N", "origin": "generate", "why": ""},
    ]


def test_a_store_is_addressed_by_every_name_that_compose_gives_it() -> None:
    names = "{image: 'redis:7', container_name: shop_redis, hostname: r1, networks: {b: {aliases: [kv, cache]}, x: }}"
    made = wish(COMPOSE.replace('{image: "redis:7"}', names) + "networks: {b: , x: }\n")
    assert made.aliases("cache") == ["shop_redis", "r1", "kv"]
    assert (made.aliases("db"), made.aliases("nobody")) == ([], [])
    assert made.addresses() == {"db": "postgres"} | dict.fromkeys(("cache", "shop_redis", "r1", "kv"), "redis")

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Parsers of single files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.holdfast.host.plugins.module_utils import host_parse as parse


def test_os_release_with_quotes_and_comments() -> None:
    text = "# made by hand\nID=ubuntu\nID_LIKE='debian linux'\nVERSION_ID=\"24.04\"\nVERSION_CODENAME=noble\nnonsense\n"
    found = parse.parse_os_release(text)
    assert (found.id, found.version, found.codename, found.like) == ("ubuntu", "24.04", "noble", ("debian", "linux"))


def test_an_empty_os_release_is_linux() -> None:
    assert parse.parse_os_release("").id == "linux"


LIMITS = "Limit                     Soft Limit           Hard Limit           Units     \n"


@pytest.mark.parametrize(
    ("line", "most"),
    [
        ("Max open files            1024                 524288               files     \n", 524288),
        ("Max open files            1024                 unlimited            files     \n", None),
        ("Max processes             1                    2                    processes \n", None),
        ("", None),
    ],
)
def test_open_files(line: str, most: int | None) -> None:
    assert parse.parse_open_files(LIMITS + line) == most


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("", set()), ("\n", set()), ("0", {0}), ("0-2,5\n", {0, 1, 2, 5}), ("3,7-8", {3, 7, 8})],
)
def test_cpu_lists(text: str, numbers: set[int]) -> None:
    assert parse.parse_cpu_list(text) == numbers


@given(st.sets(st.integers(0, 500)))
def test_cpu_lists_of_single_numbers_round_trip(numbers: set[int]) -> None:
    assert parse.parse_cpu_list(",".join(map(str, sorted(numbers)))) == numbers


@pytest.mark.parametrize(
    ("text", "cpus"), [("max 100000\n", None), ("-1 100000", None), ("50000 100000", 0.5), ("400000 200000\n", 2.0)]
)
def test_quotas(text: str, cpus: float | None) -> None:
    assert parse.parse_quota(text) == cpus


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("max\n", None),
        ("9223372036854771712\n", None),
        ("9223372036854710272", None),
        ("0\n", 0),
        ("1073741824\n", 1 << 30),
    ],
)
def test_memory_limits(text: str, size: int | None) -> None:
    assert parse.parse_memory_limit(text) == size


def test_mountinfo_with_spaces_and_optional_fields() -> None:
    text = "36 35 98:0 /mnt1 /mnt\\040two rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"
    (mount,) = parse.parse_mountinfo(text)
    assert (mount.dev, mount.root, mount.path, mount.fstype, mount.source) == (
        "98:0",
        "/mnt1",
        "/mnt two",
        "ext3",
        "/dev/root",
    )
    assert "errors=continue" in mount.options


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("26.1.5+dfsg1\n", "26.1.5"),
        ("v2.26.1-ds1", "2.26.1"),
        ("Docker version 28.2.2, build e6534b4", "28.2.2"),
        ("", None),
        ("unknown", None),
    ],
)
def test_versions(text: str, version: str | None) -> None:
    assert parse.parse_version(text) == version


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("0::/system.slice/docker-" + "a1" * 32 + ".scope", "a1" * 32),
        ("4:memory:/docker/" + "b2" * 32, "b2" * 32),
        ("0::/system.slice/docker.service", None),
    ],
)
def test_container_ids(path: str, identity: str | None) -> None:
    assert parse.parse_container_id(path) == identity


ROUTES = """\
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	01D51EAC	0003	0	0	0	00000000	0	0	0
eth0	00D51EAC	00000000	0001	0	0	0	00FFFFFF	0	0	0
wg0	00000000	00000000	0001	0	0	0	00000080	0	0	0
"""
NOTHING = "0" * 32
ROUTES6 = f"""\
{NOTHING} 00 {NOTHING} 00 fd000213000000000000000000000001 00000400 00000002 00000000 00000003    br-lan
fe800000000000000000000000000000 40 {NOTHING} 00 {NOTHING} 00000100 00000001 00000000 00000001     eth0
{NOTHING} 00 {NOTHING} 00 {NOTHING} ffffffff 00000001 00000000 00200200       lo
"""


def test_default_routes_of_both_versions() -> None:
    assert parse.parse_default_routes(ROUTES, ROUTES6) == ["br-lan", "eth0"]
    assert parse.parse_default_routes("", "") == []

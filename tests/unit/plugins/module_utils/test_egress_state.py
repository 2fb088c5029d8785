# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What was refused is counted, told once a minute, kept, bounded, and reported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import egress_state as state
from ansible_collections.holdfast.host.plugins.module_utils.command import Result
from ansible_collections.holdfast.host.plugins.module_utils.egress_policy import Allowed, Limited

WATCHED = Limited(
    name="w",
    mode="observe",
    gateway="10.213.1.1",
    allow=(Allowed(name="api.example.org", port=443, protocol="tls"),),
)


def test_a_refusal_is_counted_and_told_once_a_minute(tmp_path: Path) -> None:
    told: list[str] = []
    clock = [1000.0]
    book = state.Book(tmp_path / "state.json", "d", told.append, lambda: clock[0])
    for _ in range(3):
        book.refuse("a", "evil.example.net", "not in its list", mode="enforce", port=443)
    clock[0] += state.QUIET_SECONDS
    book.refuse("a", "evil.example.net", "not in its list", mode="enforce", port=443)
    assert told == [
        "a: refused evil.example.net:443: not in its list (1 times)",
        "a: refused evil.example.net:443: not in its list (4 times)",
    ]
    book.keep()
    kept = json.loads((tmp_path / "state.json").read_text())
    assert kept["config"] == "d"
    assert kept["refused"]["a"]["evil.example.net:443"] == {"count": 4, "why": "not in its list", "last": 1060}
    # A later gate goes on counting.
    again = state.Book(tmp_path / "state.json", "e", told.append)
    assert again.refused == kept["refused"]


def test_a_disk_that_takes_nothing_ends_nothing_and_is_told_once_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    clock = [1000.0]
    book = state.Book(tmp_path / "state.json", "d", told.append, lambda: clock[0], tmp_path / "unkept")

    def full(_: Path, *_also: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        for _ in range(70):
            book.keep()
            clock[0] += 1
    assert told == ["what is refused cannot be written: [Errno 28] No space left on device"] * 2
    assert book.dirty
    assert (tmp_path / "unkept").read_text() == "[Errno 28] No space left on device\n"
    book.keep()
    assert json.loads((tmp_path / "state.json").read_text())["config"] == "d"
    assert not (tmp_path / "unkept").exists()
    assert told[2:] == ["what is refused is written again"]


def test_names_cannot_fill_the_disk_or_forge_a_line(tmp_path: Path) -> None:
    told: list[str] = []
    book = state.Book(tmp_path / "state.json", "d", told.append)
    for number in range(state.MOST_NAMES + 50):
        book.refuse("a", f"{number}.example.net", "asked for", mode="enforce")
    assert len(book.refused["a"]) == state.MOST_NAMES + 1
    assert book.refused["a"]["more names"]["count"] == 50
    book.refuse("b", "x\nb: refused y", "asked for", mode="observe")
    assert told[-1] == "b: would refuse x?b:?refused?y: asked for (1 times)"


def test_answers_are_bounded_and_the_latest_stay(tmp_path: Path) -> None:
    book = state.Book(tmp_path / "state.json", "d", print)
    for number in range(3 * state.MOST_ANSWERS):
        book.answered("a", f"{number:>08}.{'x' * 200}.example.net", [f"203.0.{number % 250}.7"])
        book.answered("a", "often.example.net", ["203.0.113.9"])
    held = book.answers["a"]
    assert sum(map(len, held.values())) == state.MOST_ANSWERS
    assert f"{3 * state.MOST_ANSWERS - 1:>08}.{'x' * 200}.example.net" in held
    assert held["often.example.net"] == ["203.0.113.9"]
    book.keep()
    # Also where every name is about as long as names can be.
    assert (tmp_path / "state.json").stat().st_size < 600_000


def test_a_name_with_many_addresses_keeps_its_latest(tmp_path: Path) -> None:
    book = state.Book(tmp_path / "state.json", "d", print)
    for number in range(200):
        book.answered("a", "cdn.example.net", [f"203.0.113.{number}", f"203.0.113.{number}"])
    assert len(book.answers["a"]["cdn.example.net"]) == state.MOST_OF_ONE
    assert book.answers["a"]["cdn.example.net"][-1] == "203.0.113.199"


def test_what_was_answered_before_writes_no_file(tmp_path: Path) -> None:
    book = state.Book(tmp_path / "state.json", "d", print)
    book.answered("a", "x.example.net", ["203.0.113.1"])
    book.keep()
    book.answered("a", "x.example.net", ["203.0.113.1"])
    assert not book.dirty


def test_an_address_of_very_many_names_is_told_in_short() -> None:
    answers = {"w": {f"{number}.example.net": ["203.0.113.7"] for number in range(10)}}
    (row,) = state.report([WATCHED], {"answers": answers}, {"w": [("203.0.113.7", "tcp", 22)]})
    assert row["what"] == "0.example.net or 1.example.net or 2.example.net or 7 more:22/tcp"


def test_a_broken_file_is_begun_anew(tmp_path: Path) -> None:
    for text in ("{", '{"format": 0, "refused": {"a": []}}'):
        (tmp_path / "state.json").write_text(text)
        assert state.Book(tmp_path / "state.json", "d", print).refused == {}


def test_flows_are_named_by_what_was_asked_for() -> None:
    shared = {"cdn.example.org": ["203.0.113.7"], "api.example.org": ["203.0.113.7"]}
    answers = {"w": {**shared, "evil.example.net": ["203.0.113.20"]}}
    went = {
        "w": [
            ("203.0.113.7", "tcp", 443),
            ("203.0.113.7", "udp", 443),
            ("203.0.113.20", "tcp", 443),
            ("198.51.100.1", "tcp", 22),
            ("203.0.113.20", "icmp", 0),
        ]
    }
    rows = state.report([WATCHED], {"answers": answers}, went)
    assert [row["what"] for row in rows] == [
        "cdn.example.org or api.example.org:443/udp",
        "evil.example.net:443/tcp",
        "198.51.100.1:22/tcp",
        "evil.example.net/icmp",
    ]
    assert "w: would refuse 198.51.100.1:22/tcp: went to an address that no name was asked for" in state.lines(rows)


def test_flows_are_read_from_the_packet_filter() -> None:
    seen = {"nftables": [{"metainfo": {}}, {"set": {"elem": [
        {"elem": {"val": {"concat": ["203.0.113.7", "tcp", 443]}, "expires": 5}},
        {"concat": ["203.0.113.7", "udp", 53]},
    ]}}]}  # fmt: skip
    other = {"nftables": [{"set": {"elem": [{"elem": {"val": {"concat": ["203.0.113.7", "icmp"]}}}]}}]}

    def run(command: Sequence[str], _given: str) -> Result:
        return Result(status=0, out=json.dumps(seen if command[-1] == "seen_hfo1" else other))

    assert state.flows(run, "hfo1") == [
        ("203.0.113.7", "icmp", 0),
        ("203.0.113.7", "tcp", 443),
        ("203.0.113.7", "udp", 53),
    ]
    with pytest.raises(RuntimeError, match="no table"):
        state.flows(lambda *_: Result(status=1, err="no table"), "hfo1")


def test_all_is_gathered_from_the_host(tmp_path: Path) -> None:
    allow = [vars(each) for each in WATCHED.allow]
    given = {"name": "w", "mode": "observe", "gateway": "10.213.1.1", "allow": allow, "inside": [], "private": []}
    (tmp_path / "gate.json").write_text(json.dumps({"services": [given]}))
    (tmp_path / "state.json").write_text(json.dumps({"config": "d", "refused": {}, "answers": {}}))
    elements = {"nftables": [{"set": {"elem": [{"concat": ["198.51.100.1", "tcp", 22]}]}}]}
    read, rows = state.gather(
        lambda *_: Result(status=0, out=json.dumps(elements)),
        {"w": "hfo1"},
        tmp_path / "gate.json",
        tmp_path / "state.json",
    )
    assert read["config"] == "d"
    assert [row["what"] for row in rows] == ["198.51.100.1:22/tcp"]

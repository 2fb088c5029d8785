# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The load knows what it wrote, the search finds the edge, and what goes wrong is told."""

from __future__ import annotations

import math
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bench.redis.cells import cells, failed, rows
from tests.bench.redis.contenders import CONTENDERS, at_share, text
from tests.bench.redis.extras import percentile
from tests.bench.redis.load import GENERATIONS, Target, value
from tests.bench.redis.search import SHARES, largest
from tests.bench.redis.trial import Outcome, delay
from tests.bench.redis.wire import Connection, RefusedError, encode


@contextmanager
def answering(answers: bytes) -> Iterator[int]:
    """Play a server on the loopback that takes one connection and says ``answers``. Yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with server.accept()[0] as client:
                client.recv(1 << 16)
                client.sendall(answers)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_a_command_is_an_array_of_bulk_strings() -> None:
    assert encode("SET", b"k", 12) == b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n12\r\n"


def test_every_kind_of_answer_is_read() -> None:
    with answering(b"+OK\r\n:3\r\n$2\r\nab\r\n$-1\r\n*2\r\n$1\r\nx\r\n:1\r\n-OOM no room\r\n") as port:
        connection = Connection("127.0.0.1", "secret", port=port, timeout=5)
        assert [connection.reply() for _ in range(4)] == [3, b"ab", None, [b"x", 1]]
        refused = connection.reply()
        assert isinstance(refused, RefusedError)
        assert str(refused) == "OOM no room"
        with pytest.raises(ConnectionResetError):
            connection.reply()
        connection.close()


def test_a_value_names_its_key_and_generation() -> None:
    seen = {value(writer, key, turn, 50) for writer in (0, 1) for key in range(50) for turn in (0, 1, GENERATIONS)}
    assert len(seen) == 300
    assert {len(value(1, 2, 3, size)) for size in (50, 1024, 102400)} == {50, 1024, 102400}


@pytest.mark.parametrize(("size", "batch"), [(50, 256), (1024, 256), (102400, 2)])
def test_a_batch_is_bounded_in_number_and_bytes(size: int, batch: int) -> None:
    assert Target(address="127.0.0.1", password="x", size=size).batch == batch


@pytest.mark.parametrize("edge", [19, 20, 36, 45, 89, 95])
def test_the_largest_share_that_survives_is_found(edge: float) -> None:
    found = largest(lambda share: share <= edge)
    assert found == max((share for share in SHARES if share <= edge), default=None)
    assert list(SHARES) == sorted(SHARES)


@pytest.mark.parametrize(("seconds", "keys", "each"), [(1, 1000, 1000), (1, 1_000_000, -55), (0, 10, -55000)])
def test_the_delay_makes_a_fork_last(seconds: float, keys: int, each: int) -> None:
    assert delay(seconds, keys) == each


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([5.0, 1.0, 3.0, 2.0], 0.5) == 3.0
    assert percentile([7.0], 0.99) == 7.0
    assert math.isnan(percentile([], 0.99))


@pytest.mark.parametrize("name", CONTENDERS)
def test_every_contender_is_a_file_for_every_cell(name: str) -> None:
    for case, _ in cells("redis").values():
        lines = text(CONTENDERS[name](case), "secret").splitlines()
        assert lines[:2] == ["dir /data", "requirepass secret"]
        assert all(len(line.split(maxsplit=1)) == 2 for line in lines)


def test_a_share_replaces_the_bound_alone() -> None:
    case, _ = cells("redis")["redis queue 64 MiB 1 KiB"]
    planned, other = dict(CONTENDERS["ours"](case)), dict(at_share(case, 25))
    assert other.pop("maxmemory") == "16mb"
    assert planned.pop("maxmemory")
    assert planned == other


def test_what_went_wrong_with_ours_is_told() -> None:
    seen = Outcome(killed=1, missing=5, ended="fork 2: gone").as_dict()
    assert failed("redis queue 64 MiB 50 B", seen) == [
        "redis queue 64 MiB 50 B: 1 processes killed",
        "redis queue 64 MiB 50 B: 5 keys lost",
        "redis queue 64 MiB 50 B: ended in fork 2: gone",
    ]
    assert failed("redis cache 64 MiB 50 B", Outcome(missing=5).as_dict()) == []
    assert seen["p99_ms"] is None


def test_the_table_has_a_row_for_each_contender() -> None:
    shown = rows({"a": {"contenders": {"ours": Outcome(peak_share=0.5).as_dict(), "stock": Outcome().as_dict()}}})
    assert [row[1] for row in shown] == ["contender", "ours", "stock"]
    assert "50.0 %" in shown[1]
    assert len({len(row) for row in shown}) == 1

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What wrk prints is read, pairs are judged, and the three configurations differ only where they should."""

from __future__ import annotations

import pytest

from tests.bench.nginx.__main__ import rows
from tests.bench.nginx.contenders import CONTENDERS, changed
from tests.bench.nginx.stats import Run, parse, summary, verdict

PRINTED = """Running 1s test @ https://www.example.org:443/x
  Latency Distribution
     50%    1.10ms
     99%    {tail}
  2000 requests in 1.00s, 2.69MB read
{more}Requests/sec:   1990.50
"""


def run(rate: float) -> Run:
    """Return a run of which the rate matters."""
    return Run(rate=rate, cpu_us=100, p99_ms=5, errors=0)


@pytest.mark.parametrize(("tail", "milliseconds"), [("950.00us", 0.95), ("118.23ms", 118.23), ("1.20s", 1200)])
def test_wrk_is_read(tail: str, milliseconds: float) -> None:
    seen = parse(PRINTED.format(tail=tail, more=""), 0.25)
    assert (seen.rate, seen.errors) == (1990.5, 0)
    assert seen.p99_ms == pytest.approx(milliseconds)
    assert seen.cpu_us == pytest.approx(125)


def test_errors_of_every_kind_are_counted() -> None:
    more = "  Socket errors: connect 1, read 2, write 3, timeout 4\n  Non-2xx or 3xx responses: 50\n"
    assert parse(PRINTED.format(tail="1.00ms", more=more), 1).errors == 60


def test_a_failed_run_is_no_result() -> None:
    with pytest.raises(ValueError, match="unable to connect"):
        parse("unable to connect to www.example.org", 1)


@pytest.mark.parametrize(
    ("ratios", "said"), [([1.1, 1.02], "win"), ([0.9, 1.1], "tie"), ([0.9, 0.99], "lose"), ([1.0, 1.2], "tie")]
)
def test_a_difference_counts_where_every_pair_agrees(ratios: list[float], said: str) -> None:
    assert verdict(ratios) == said


def test_ours_is_compared_with_the_best_peer_pair_by_pair() -> None:
    cell = summary({"stock": [run(100), run(120)], "h5bp": [run(90), run(80)], "ours": [run(110), run(180)]})
    assert (cell["best"], cell["ratio"], cell["verdict"]) == ("stock", [1.1, 1.3, 1.5], "win")
    shown = rows({"cell": cell})
    assert [row[1] for row in shown] == ["contender", "stock", "h5bp", "ours"]
    assert shown[-1][-1] == "win"
    assert len({len(row) for row in shown}) == 1


@pytest.mark.parametrize("name", CONTENDERS)
def test_all_have_the_same_certificate_versions_and_files(name: str) -> None:
    text = CONTENDERS[name]()
    assert "ssl_certificate /bench/tls.pem;" in text
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in text
    assert text.count("root /bench/www;") == 1
    assert "/etc/edge" not in text


@pytest.mark.parametrize(
    ("change", "there", "gone"),
    [
        ("gzip off", "gzip off;", "gzip on;"),
        ("gzip", "gzip_vary on;", "gzip on;"),
        ("open_file_cache max=10", "http {\n    open_file_cache max=10;", "nothing"),
    ],
)
def test_one_directive_is_changed(change: str, there: str, gone: str) -> None:
    text = changed("http {\n    gzip on;\n    gzip_vary on;\n}\n", change)
    assert there in text
    assert gone not in text

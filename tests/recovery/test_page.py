# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The documented way back to the second before a DELETE, as somebody goes it who has read the page and nothing else."""

from __future__ import annotations

import re
import shlex
import time

import pytest

from tests.lab.paths import ROOT
from tests.lab.shell import scaled, wait_until

from . import database_host as host
from .restoring import idle, serves
from .stack import NAME
from .typed import typed

PAGE = ROOT / "docs/restore.md"
ROWS = 1000
# The first command of the page that has the target in it.
COMMAND = re.compile(r"^ +(ansible-playbook holdfast\.host\.restore .*restore_to.*)$", re.MULTILINE)
MOMENT = "2026-01-31 13:05:00+01:00"


def documented(moment: str) -> list[str]:
    """Return the page's command for this host and a moment."""
    found = COMMAND.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    assert MOMENT in found[1]
    words = shlex.split(found[1].replace(MOMENT, moment))
    return [f"{host.INVENTORY}/hosts.yml" if word == "inventories/pydotorg/hosts.yml" else word for word in words]


@pytest.mark.usefixtures("database")
def test_the_documented_command_takes_a_delete_back() -> None:
    host.sql("DROP TABLE IF EXISTS precious")
    host.sql(f"CREATE TABLE precious AS SELECT n FROM generate_series(1, {ROWS}) n")  # noqa: S608 - a number.
    time.sleep(2)
    before = host.sql("SELECT date_trunc('second', clock_timestamp())")
    wait_until("the next second", lambda: host.sql("SELECT clock_timestamp()") > before[:19] + ".9", seconds=5)
    host.sql("DELETE FROM precious")
    assert host.sql("SELECT count(*) FROM precious") == "0"
    began = time.monotonic()
    said = typed(documented(before), {"The name of the stack, to do it": NAME})
    seconds = time.monotonic() - began
    assert "loses all that was committed after" in said
    assert host.sql("SELECT count(*) FROM precious") == str(ROWS), said[-3000:]
    wait_until("the application", serves, seconds=scaled(60))
    print(f"\npage: {ROWS} rows back to the second before the DELETE, {seconds:.0f} s")  # noqa: T201 - a figure.
    idle()

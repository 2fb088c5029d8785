# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The words of the command are read, and what is left out has a plain default."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils import backup_words as subject


def test_a_restore_as_people_write_it() -> None:
    read = subject.parser(["drill", "restore"]).parse_args
    words = ["restore", "--to", "time", "2026-01-31 13:05:00+01:00", "--confirm", "shop", "--database", "app"]
    asked = read([*words, "--backup", "F"])
    assert (asked.to, asked.confirm, asked.database) == (["time", "2026-01-31 13:05:00+01:00"], "shop", "app")
    assert (asked.backup, read(["restore"]).backup) == ("F", "")
    plain = read(["restore"])
    assert (plain.to, plain.confirm, plain.beside, plain.without_last, plain.repository) == (
        ["latest"], "", False, False, 0,
    )  # fmt: skip
    assert read(["drill", "--seed", "7"]).seed == 7


def test_an_unknown_work_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        subject.parser(["drill"]).parse_args(["destroy"])
    assert "invalid choice: 'destroy'" in capsys.readouterr().err

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Settings in somebody else's file."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.assigned import Format, Settings

WANTED = Settings(rows=(("UMASK", "027"), ("PASS_MAX_DAYS", "365")), format=Format(separator="\t"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# UMASK 022\nUMASK\t\t022\nA b\n", "# UMASK 022\nUMASK\t027\nA b\nPASS_MAX_DAYS\t365\n"),
        ("UMASK 022\nUMASK 002\nPASS_MAX_DAYS 365\n", "UMASK\t027\nPASS_MAX_DAYS 365\n"),
        ("", "UMASK\t027\nPASS_MAX_DAYS\t365\n"),
        ("UMASKS 1\n", "UMASKS 1\nUMASK\t027\nPASS_MAX_DAYS\t365\n"),
    ],
)
def test_each_is_set_once(before: str, after: str) -> None:
    assert WANTED.applied(before) == after
    assert WANTED.applied(after) == after


def test_an_equals_sign_parts_with_or_without_blanks() -> None:
    wanted = Settings(rows=(("num_logs", "8"),), format=Format(separator=" = "))
    assert wanted.applied("num_logs=5\n") == "num_logs = 8\n"
    assert wanted.applied("num_logs=8\n") == "num_logs=8\n"


FORMER = "# a comment\nUMASK\t\t022\nHOME_MODE 0700\nHOME_MODE 0755\nOTHER 1\n"
ASKED = (("UMASK", "027"), ("HOME_MODE", "0750"), ("NEW", "1"))


def former(text: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    held = Settings(rows=ASKED)
    return {name: (value, tuple(held.of(name, value, text.splitlines()))) for name, value in ASKED}


def test_what_is_ours_no_more_gets_its_former_lines_back() -> None:
    written = Settings(rows=ASKED).applied(FORMER)
    assert Settings(rows=(), former=former(FORMER)).applied(written) == FORMER


def test_what_somebody_has_set_since_stays() -> None:
    written = Settings(rows=ASKED).applied(FORMER).replace("UMASK 027", "UMASK 077")
    back = Settings(rows=(), former=former(FORMER)).applied(written)
    assert "UMASK 077" in back
    assert "NEW" not in back


def test_some_go_back_and_others_stay_ours() -> None:
    written = Settings(rows=ASKED).applied(FORMER)
    kept = Settings(rows=ASKED[:1], former={"NEW": former(FORMER)["NEW"]})
    assert kept.applied(written) == written.replace("NEW 1\n", "")


SSHD = Format(between=r"(?:\s*=\s*|\s+)", until=r"(?i)\s*match[\s=]", ignore_case=True)
SERVER = "#Port 22\nx11forwarding yes\nMatch User backup\n\tX11Forwarding yes\n\tPermitTTY no\n"


def test_what_holds_for_some_alone_is_not_touched() -> None:
    wanted = Settings(rows=(("X11Forwarding", "no"), ("PermitTTY", "yes")), format=SSHD)
    after = wanted.applied(SERVER)
    assert after == SERVER.replace("x11forwarding yes", "X11Forwarding no").replace("Match", "PermitTTY yes\nMatch")
    assert wanted.applied(after) == after
    assert wanted.of("X11Forwarding", "no", SERVER.splitlines()) == ["x11forwarding yes"]
    noted = {"X11Forwarding": ("no", ("x11forwarding yes",)), "PermitTTY": ("yes", ())}
    assert Settings(rows=(), format=SSHD, former=noted).applied(after) == SERVER


def test_a_name_without_a_value_stands_alone() -> None:
    wanted = Settings(rows=(("enforce_for_root", ""),), format=Format(separator=" = "))
    assert wanted.applied("minlen = 8\n") == "minlen = 8\nenforce_for_root\n"
    assert wanted.applied("enforce_for_root\n") == "enforce_for_root\n"
    assert wanted.applied("enforce_for_root = 1\n") == "enforce_for_root\n"
    assert wanted.applied("# enforce_for_root\n") == "# enforce_for_root\nenforce_for_root\n"
    back = Settings(rows=(), format=wanted.format, former={"enforce_for_root": ("", ())})
    assert back.applied("minlen = 8\nenforce_for_root\n") == "minlen = 8\n"


@pytest.mark.parametrize("blanks", [" ", "\t", "   "])
def test_a_name_of_several_words_is_found_whatever_parts_them(blanks: str) -> None:
    line = blanks.join(("*", "hard", "core", "infinity"))
    assert Settings(rows=(("* hard core", "0"),)).applied(f"{line}\n") == "* hard core 0\n"


def test_an_owners_own_line_stays_where_that_is_asked() -> None:
    how = Format(keep=r"\s*[^#\s]\S*\s+/dev/shm/?\s")
    wanted = Settings(rows=(("tmpfs /dev/shm tmpfs", "nosuid 0 0"),), format=how)
    for own in ("tmpfs\t/dev/shm\ttmpfs\tsize=2g 0 0\n", "none /dev/shm/ tmpfs size=2g 0 0\n"):
        assert wanted.applied(own) == own
        assert not wanted.of("tmpfs /dev/shm tmpfs", "nosuid 0 0", own.splitlines())
    ours = "# none /dev/shm tmpfs size=2g\ntmpfs /dev/shm tmpfs nosuid 0 0\n"
    assert wanted.applied("# none /dev/shm tmpfs size=2g\n") == wanted.applied(ours) == ours
    back = Settings(rows=(), format=how, former={"tmpfs /dev/shm tmpfs": ("nosuid 0 0", ())})
    assert back.applied(ours) == "# none /dev/shm tmpfs size=2g\n"


@pytest.mark.parametrize("line", ["X11Forwarding=yes", "x11forwarding = yes", "  X11Forwarding\tyes"])
def test_sshd_parts_words_in_several_ways(line: str) -> None:
    wanted = Settings(rows=(("X11Forwarding", "no"),), format=SSHD)
    assert wanted.applied(f"{line}\nMatch=User x\n") == "X11Forwarding no\nMatch=User x\n"


def test_only_a_newline_ends_a_line() -> None:
    own = "# pasted\u2028half\x0cpage\r\nB 1\r\n"
    assert Settings(rows=(("A", "1"), ("B", "1"))).applied(own) == f"{own}A 1\n"
    assert Settings(rows=(("A", "1"),)).applied("\n\nB 1") == "\n\nB 1\nA 1\n"

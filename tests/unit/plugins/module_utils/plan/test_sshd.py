# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The SSH server's settings: what follows from the declaration, and which algorithms a version knows."""

from __future__ import annotations

import pytest

from ansible_collections.holdfast.host.plugins.module_utils.assigned import Settings
from ansible_collections.holdfast.host.plugins.module_utils.plan import sshd
from ansible_collections.holdfast.host.plugins.module_utils.spec.access import Access, Hardening
from tests.planning import measured, stack

ACCESS = Access()


def values(access: Access = ACCESS, openssh: str | None = "10.0") -> dict[str, str]:
    return {each.name: each.value for each in sshd.settings(access, openssh)}


def test_keys_are_the_one_way_in() -> None:
    shown = values()
    assert shown["AuthenticationMethods"] == "publickey"
    assert {shown[name] for name in ("PasswordAuthentication", "KbdInteractiveAuthentication")} == {"no"}
    assert shown["PermitRootLogin"] == "prohibit-password"
    assert all(each.reason for each in sshd.settings(ACCESS, None))


def test_no_setting_stands_twice() -> None:
    names = [each.name.lower() for each in sshd.settings(ACCESS, None)]
    assert len(names) == len(set(names))


def test_what_is_declared_is_followed() -> None:
    shown = values(Access(root="never", forwarding=True))
    assert shown["PermitRootLogin"] == "no"
    assert {shown[name] for name in sshd.FORWARDING} == {"yes"}
    assert {values()[name] for name in sshd.FORWARDING} == {"no"}


@pytest.mark.parametrize(
    ("openssh", "first", "count"),
    [
        ("10.0", "mlkem768x25519-sha256", 4),
        ("9.9", "mlkem768x25519-sha256", 4),
        ("9.6", "sntrup761x25519-sha512@openssh.com", 3),
        ("8.9", "sntrup761x25519-sha512@openssh.com", 3),
        (None, "sntrup761x25519-sha512@openssh.com", 3),
        ("10.2", "mlkem768x25519-sha256", 4),
    ],
)
def test_a_server_is_given_what_it_knows(openssh: str | None, first: str, count: int) -> None:
    exchanges = values(openssh=openssh)["KexAlgorithms"].split(",")
    assert (exchanges[0], len(exchanges)) == (first, count)


def test_nothing_weak_is_offered() -> None:
    shown = values(openssh=None)
    offered = ",".join(shown[name] for name in ("KexAlgorithms", "Ciphers", "MACs", "HostKeyAlgorithms")).split(",")
    weak = ("sha1", "cbc", "nistp", "arcfour", "3des", "md5", "umac-64", "group1-", "group14-", "ssh-rsa", "ssh-dss")
    assert [name for name in offered if any(part in name for part in weak)] == []


def test_the_part_of_the_plan_is_what_verify_expects() -> None:
    host = measured(software={"docker": None, "compose": None, "openssh": "10.0"})
    planned = sshd.part(ACCESS, Hardening(), host)
    assert planned is not None
    expected = sshd.expected(planned)
    assert expected is not None
    assert str(expected["kexalgorithms"]).startswith("mlkem768x25519-sha256,")
    assert expected["denyusers"] == list(sshd.PROGRAMS)
    assert set(expected) == {row["name"].lower() for row in planned["settings"]}


def test_what_is_somebody_elses_concern_is_left_alone() -> None:
    assert sshd.part(ACCESS, Hardening(sshd=False), measured()) is None
    assert sshd.expected(None) is None
    assert sshd.main(None) == {}


OWNERS = """\
# of a vendor
permitrootlogin=yes
Include /etc/ssh/sshd_config.d/*.conf
Port 2222
ListenAddress 192.0.2.1
PermitRootLogin yes
Match User git
  PasswordAuthentication yes
"""


def test_the_vendors_own_file_says_the_same_and_keeps_what_is_an_owners() -> None:
    planned = sshd.part(ACCESS, Hardening(), measured())
    assert planned is not None
    (asked,) = sshd.main(planned).values()
    rows = tuple((name, value) for name, value, _ in asked.rows)
    # An owner's own list of whom to deny stays, and so is not given another value.
    assert dict(rows).keys() == {row["name"] for row in planned["settings"]} - {"DenyUsers"}
    assert all(reason for _, _, reason in asked.rows)
    lines = Settings(rows=rows, format=asked.format).applied(OWNERS).splitlines()
    assert lines[:5] == [
        "# of a vendor",
        "PermitRootLogin prohibit-password",
        "Include /etc/ssh/sshd_config.d/*.conf",
        "Port 2222",
        "ListenAddress 192.0.2.1",
    ]
    assert lines[-2:] == OWNERS.splitlines()[-2:]
    assert [line for line in lines if line.startswith("PasswordAuthentication")] == ["PasswordAuthentication no"]
    # The plan has nothing that may stand there several times, or holds for some alone.
    assert not {"port", "listenaddress", "hostkey", "acceptenv", "setenv", "subsystem", "match"} & {
        name.lower() for name, _ in rows
    }


@pytest.mark.parametrize(
    ("who", "root", "path"),
    [
        ("root", "key", None),
        ("root", "never", "holdfast_stack.access.root"),
        ("deploy", "never", None),
        ("", "never", None),
        # Applications are served as these, and copies are fetched.
        ("www-data", "key", None),
        ("backup", "key", None),
        ("git", "key", None),
        ("nobody", "key", "ansible_user"),
        ("_apt", "never", "ansible_user"),
        ("systemd-network", "key", "ansible_user"),
    ],
)
def test_a_run_does_not_close_its_own_door(who: str, root: str, path: str | None) -> None:
    assert [each.path for each in sshd.login(Access(root=root), who)] == ([] if path is None else [path])


def test_it_is_declared_beside_the_stack() -> None:
    declared = stack(access={"root": "never"}, hardening={"sshd": False})
    assert declared.access == Access(root="never")
    assert declared.hardening == Hardening(sshd=False)


@pytest.mark.parametrize("shown", [True, False])
def test_the_banner_is_shown_where_it_is_written(shown: bool) -> None:
    found = sshd.part(ACCESS, Hardening(banners=shown), measured())
    assert found is not None
    assert ("Banner" in {row["name"] for row in found["settings"]}) is shown

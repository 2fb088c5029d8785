# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the judges ask for and is not done, each with why that holds. A waived rule still counts as failed."""

from __future__ import annotations

# What the SCAP content does not see, though it holds.
FAILLOCK = "it locks; the authsucc that the content wants would end the stack before a second factor behind it"
LOOSE = "loose (2): strict would cut a VPN or a second network off, by which somebody may have logged in"
JOURNAL = "the journal keeps the log, bounded and over boots; a second copy has a second set of rights"
KEEPALIVE = "a lost client is let go after two questions of a minute; the content takes three and no other number"
SHIPPED = "logs leave the host with monitoring, which has a store of its own"
# Rules of the CIS benchmark as the SCAP content names them.
CIS: dict[str, str] = {
    "accounts_maximum_age_login_defs": "an account with a key and no password would expire and be shut out",
    "file_permissions_cron_allow": "crontab runs as a group of its own, and a list that it cannot read counts as none",
    "file_permissions_at_allow": "at runs as a group of its own, and a list that it cannot read counts as none",
    "permissions_local_var_log": "nginx writes the log of requests as owner and as group; dpkg's names packages alone",
    "file_ownerships_var_log": "nginx's workers open the log of requests anew, so it is theirs; all else is root's",
    "sshd_disable_root_login": "access.root: never does it; root's key is the default, for many clouds bring no other",
    "sysctl_net_ipv4_conf_all_forwarding": "containers are reached by forwarding",
    "sysctl_net_ipv4_conf_default_forwarding": "containers are reached by forwarding",
    "sysctl_kernel_kptr_restrict": "2, which hides addresses from root too; the content asks for 1",
    "sysctl_net_ipv4_conf_all_rp_filter": LOOSE,
    "sysctl_net_ipv4_conf_default_rp_filter": LOOSE,
    "sysctl_net_ipv6_conf_all_forwarding": "left alone: it is 0 without IPv6 networks of containers, which need it",
    "sysctl_net_ipv6_conf_default_forwarding": "left alone: it is 0 without IPv6 networks of containers, which need it",
    "sysctl_reapply_after_network": "a unit of the content's own; values of later interfaces are set as `default`",
    "accounts_passwords_pam_faillock_enabled": FAILLOCK,
    "accounts_passwords_pam_faillock_deny": FAILLOCK,
    "accounts_passwords_pam_faillock_unlock_time": FAILLOCK,
    "no_empty_passwords_unix": "nullok is in the vendor's profile of PAM; sshd takes no password, su is for nobody",
    "aide_periodic_checking_systemd_timer": "Debian's timer is dailyaidecheck, and it runs",
    "journald_forward_to_syslog": "the opposite of journald_disable_forward_to_syslog, which holds",
    "package_rsyslog_installed": JOURNAL,
    "service_rsyslog_enabled": JOURNAL,
    "rsyslog_filecreatemode": JOURNAL,
    "package_systemd-journal-remote_installed": SHIPPED,
    "systemd_journal_upload_url": SHIPPED,
    "systemd_journal_upload_server_tls": SHIPPED,
    "package_chrony_installed": "one of two; systemd-timesyncd keeps the clock",
    "package_cron_installed": "timers of systemd do its work; where cron is there, its files are closed",
    "service_cron_enabled": "timers of systemd do its work; where cron is there, its files are closed",
    "package_ufw_installed": "nftables by itself, before Docker's chains; ufw lets what Docker publishes in",
    "no_files_unowned_by_user": "containers' users have numbers, and no names on the host",
    "grub2_enable_apparmor": "the emulator loads the kernel without GRUB; AppArmor is on by the kernel's own default",
    "sshd_set_keepalive": KEEPALIVE,
    "sshd_set_idle_timeout": KEEPALIVE,
    "sshd_set_loglevel_info": "VERBOSE, which names the key too; the benchmark itself allows both",
}
# Of these the benchmark lets an owner take one of two, and the content has a rule for each: rsyslog or the journal (its
# 6.1), one program for the time (2.3.1) and one for the firewall (4.1).
ALTERNATIVES = frozenset(
    {
        "journald_forward_to_syslog",
        "package_chrony_installed",
        "package_rsyslog_installed",
        "package_ufw_installed",
        "rsyslog_filecreatemode",
        "service_rsyslog_enabled",
    }
)
# Findings of testssl.sh.
TLS: dict[str, str] = {
    "cert_chain_of_trust": "the lab's certificate is self-signed; one of an authority comes with tls.mode files",
    "overall_grade": "T for trust: it follows from the self-signed certificate",
    "cert_extlifeSpan": "a self-signed certificate has nobody who renews it in time",
    "cert_revocation": "a self-signed certificate has nobody who could take it back",
    "HTTP_status_code": "502: the bench's host has an edge, and no application behind it",
    "engine_problem": "the judge's own OpenSSL has no GOST ciphers to ask for; the edge offers none",
}
# Tests of Lynis that ask for something else than is done; of a test with many values the value's name follows.
LYNIS: dict[str, str] = {
    "FILE-6344": "hidepid of /proc: systemd supports ProtectProc= of its units instead, which its own have",
    "FILE-6310": "partitions of their own for /home and /var are the image's; journal and logs are bounded instead",
    "AUTH-9286": "an account with a key and no password would expire and be shut out",
    "SSH-7408": "port 22 and ten sessions: a controller opens them over one connection",
    "SSH-7440": "keys say who gets in; a list of names would lock out who is not on it",
    "DEB-0280": "a long session loses its own directory in /tmp when that is tidied; no foreign link is followed there",
    "DEB-0810": "it asks a server on the Internet at each installation, and a person about each bug",
    "DEB-0880": "a drop-in in jail.d is not touched by updates either; jail.local stays the owner's",
    "MALW-3280": "no files of strangers are run here; AIDE, debsums and audit see what changes",
    "HRDN-7230": "rkhunter and chkrootkit bring an assembler and a linker with them; see MALW-3280",
    "LOGG-2154": "logs leave the host with monitoring, not by syslog",
    "ACCT-9622": "a record for each process of each container; audit tells what persons run",
    "USB-2000": "the machine's own hubs are let in, for a console's keyboard; what is plugged into them is asked for",
    "KRNL-6000 kernel.modules_disabled": "Docker and nftables load modules when they need them",
    "KRNL-6000 net.ipv4.conf.all.forwarding": "containers are reached by forwarding",
    "KRNL-6000 net.ipv4.conf.all.rp_filter": LOOSE,
}
# What a host of the lab cannot hold and a machine of its own can: the points are lost all the same.
LAB: dict[str, str] = {
    "KRNL-6000": "the value is the whole machine's, whose kernel the lab's hosts share",
    "ACCT-9628": "the kernel's audit belongs to the machine",
    "MACF-6290": "AppArmor needs the machine's kernel, which has none",
    "CONT-8104": "Docker misses the limits of memory and CPU, which the machine's cgroups do not hand on",
    "NETW-2705": "a second name server: the engine hands its hosts one alone",
    "USB-3000": "no USB bus is in sight, so USBGuard is not installed",
}
OPEN = "open"


def beyond_the_lab(name: str) -> str:
    """Return why no host of the lab can have a test's points, empty where it could."""
    return "" if name in LYNIS else LAB.get(name.partition(" ")[0], "")


def not_given(name: str) -> str:
    """Return why a test's points were not given."""
    return beyond_the_lab(name) or LYNIS.get(name, OPEN)

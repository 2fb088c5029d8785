# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the judges ask for and is not done, each with why that holds. A waived rule still counts as failed."""

from __future__ import annotations

# Rules of the CIS benchmark as the SCAP content names them.
CIS: dict[str, str] = {
    "accounts_maximum_age_login_defs": "an account with a key and no password would expire and be shut out",
    "file_permissions_cron_allow": "crontab runs as a group of its own, and a list that it cannot read counts as none",
    "file_permissions_at_allow": "at runs as a group of its own, and a list that it cannot read counts as none",
    "use_pam_wheel_group_for_su": "su is for group sudo, root by sudo already; the rule wants a group of nobody",
    "ensure_pam_wheel_group_empty": "su is for group sudo, root by sudo already; the rule wants a group of nobody",
    "file_permission_user_init_files": "a home is 0750, so nobody reads what is in it; its files are its owner's",
    "permissions_local_var_log": "dpkg makes its logs 0644 anew at each rotation, and they name packages alone",
    "file_groupowner_backup_etc_gshadow": "the content asks for group root; what writes the backup gives it shadow",
    "file_permissions_backup_etc_gshadow": "the content asks for mode 0000; what writes the backup gives it 0640",
    "file_permissions_backup_etc_shadow": "the content asks for mode 0000; what writes the backup gives it 0640",
    "sshd_disable_root_login": "access.root: never does it; root's key is the default, for many clouds bring no other",
    "sshd_limit_user_access": "keys say who gets in; a list of names would lock out who is not on it",
    "sysctl_net_ipv4_conf_all_forwarding": "containers are reached by forwarding",
    "sysctl_net_ipv4_conf_default_forwarding": "containers are reached by forwarding",
    "sysctl_net_ipv6_conf_all_accept_ra": "a cloud's IPv6 address may come by router advertisement",
    "sysctl_net_ipv6_conf_default_accept_ra": "a cloud's IPv6 address may come by router advertisement",
}
# Findings of testssl.sh.
TLS: dict[str, str] = {
    "cert_chain_of_trust": "the lab's certificate is self-signed; one of an authority comes with tls.mode files",
    "overall_grade": "T for trust: it follows from the self-signed certificate",
    "cert_extlifeSpan": "a self-signed certificate has nobody who renews it in time",
    "cert_revocation": "a self-signed certificate has nobody who could take it back",
    "HTTP_status_code": "502: the bench's host has an edge, and no application behind it",
    "engine_problem": "the judge's own OpenSSL has no GOST ciphers to ask for; the edge offers none",
}
# Tests of Lynis.
LYNIS: dict[str, str] = {
    "FILE-6374": "the lab's /dev is made by its container engine",
    "USB-3000": "USBGuard: the module for sticks cannot be loaded; who stands at a rack's console keeps a keyboard",
    "FILE-6344": "hidepid of /proc: systemd and exporters that are not root read other processes",
    "FILE-6310": "partitions of their own for /home and /var are the image's; journal and logs are bounded instead",
    "SSH-7408": "port 22, ten sessions and four attempts: a controller opens sessions, an agent offers keys",
    "SSH-7440": "keys say who gets in; a list of names would lock out who is not on it",
    "DEB-0280": "a directory of each user's own in /tmp breaks programs that share one; /tmp is noexec instead",
    "DEB-0810": "questions at an upgrade that nobody answers",
    "DEB-0811": "texts at an upgrade that nobody reads",
    "DEB-0831": "restarts are a maintenance window's; where needrestart is installed it tells alone",
    "DEB-0880": "a drop-in in jail.d is not touched by updates either; jail.local stays the owner's",
    "PKGS-7370": "AIDE compares the same files",
    "MALW-3280": "no files of strangers are run here; AIDE and audit see what changes",
    "HRDN-7230": "no files of strangers are run here; AIDE and audit see what changes",
    "LOGG-2154": "logs leave the host with monitoring, not by syslog",
    "ACCT-9622": "audit tells what persons run",
    "FIRE-4508": "it reads the chains of iptables; the rules of the role firewall are tables of nftables",
    "KRNL-6000": "a container of the lab cannot hold kernel values outside net.*; verify says which",
    "MACF-6290": "AppArmor needs the machine's kernel, which the lab's has not",
    "ACCT-9628": "the kernel's audit belongs to the machine; in the lab the daemon cannot run",
}

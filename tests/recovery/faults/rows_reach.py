# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Repositories that cannot be reached, or do not let the host in."""

from __future__ import annotations

import time

from .. import vault
from . import ground, places
from .row import Row

MINUTES = 60
HOST_KEYS = "/etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub"


def _no_bucket() -> None:
    places.take(places.keys(""))
    vault.remove_bucket(ground.BUCKET)


def _bucket() -> None:
    vault.make_bucket(ground.BUCKET)
    places.give_back()


def _block() -> None:
    vault.block(ground.HOST)


def _silence() -> None:
    vault.block(ground.HOST, silently=True)


def _unblock() -> None:
    vault.unblock(ground.HOST)


def _an_hour() -> None:
    """Commit and close a segment each minute, with nobody there who takes it."""
    _silence()
    for _ in range(MINUTES):
        time.sleep(60)
        # The rows of the table are numbered by who watches.
        ground.segment_ends()


ROWS = (
    Row(
        name="refused",
        what="SFTP and S3 refuse connections",
        bring=_block,
        undo=_unblock,
        others=(1,),
        tells=r"repository\[[23]\]: .*[Rr]efused|repository\[[23]\]: .*unable to connect",
    ),
    Row(
        name="unanswered",
        what="SFTP and S3 give no answer at all",
        bring=_silence,
        undo=_unblock,
        others=(1,),
        tells=r"repository\[[23]\]: .*(timeout|timed out)",
    ),
    Row(
        name="wrong-key",
        what="the key of the repositories is another: the database's backups",
        bring="keep $SETTINGS; sed -i -E 's/(cipher-pass=).*/\\1another/' $SETTINGS",
        undo="back",
        tells=r"repository\[1\]: is it encrypted with another key",
    ),
    Row(
        name="wrong-key-files",
        what="the key of the repositories is another: files and exports",
        bring="keep $KEY\necho another > $KEY",
        undo="back",
        works=("truth", "files"),
        tells=r"made with another key",
        heal=("files",),
    ),
    Row(
        name="unknown-credentials",
        what="the credentials of S3 have expired",
        bring="keep $SETTINGS; sed -i -E 's/(s3-key=).*/\\1EXPIRED/' $SETTINGS",
        undo="back",
        others=(1, 2),
        tells=r"repository\[3\]: .*(403|Forbidden|InvalidAccessKeyId)",
        stand_in="an id of a key that S3 does not know",
    ),
    Row(
        name="unknown-user",
        what="SFTP does not let the host's key in any more",
        bring=lambda: vault.inside("mv /etc/vault/keys/sftp.pub /etc/vault/keys/sftp.pub.away"),
        undo=lambda: vault.inside("mv /etc/vault/keys/sftp.pub.away /etc/vault/keys/sftp.pub"),
        others=(1, 3),
        tells=r"repository\[2\]: .*([Aa]uth|public ?key|denied)",
    ),
    Row(
        name="another-machine",
        what="another machine answers at SFTP's address: its host keys are not those",
        bring=lambda: vault.inside(
            f"tar -cpf /root/host-keys.tar {HOST_KEYS} 2> /dev/null; rm {HOST_KEYS}; ssh-keygen -A > /dev/null; "
            "systemctl restart ssh"
        ),
        undo=lambda: vault.inside("tar -C / -xpf /root/host-keys.tar; systemctl restart ssh"),
        others=(1, 3),
        tells=r"repository\[2\]: .*[Hh]ost.*(key|match|known)",
    ),
    Row(
        name="another-certificate",
        what="S3 has a certificate of an authority that is not declared",
        bring="keep $CONFIG/server/repository-3.pem\n"
        "openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=another"
        " 2> /dev/null > $CONFIG/server/repository-3.pem",
        undo="back",
        others=(1, 2),
        tells=r"repository\[3\]: .*certificate",
    ),
    Row(
        name="lost-bucket",
        what="the bucket is gone",
        bring=_no_bucket,
        undo=_bucket,
        others=(1, 2),
        tells=r"repository\[3\]",
    ),
    Row(
        name="read-only",
        what="SFTP does not let the host write any more",
        bring=lambda: (places.sftp("chmod -R a-w postgres"), ground.segment_ends()),
        undo=lambda: places.sftp("chmod -R u+w postgres"),
        others=(1, 3),
        tells=r"backup\.archiver: ",
        patience=150,
    ),
    Row(
        name="an-hour",
        what="SFTP and S3 give no answer for an hour, and a segment a minute waits",
        bring=_an_hour,
        undo=_unblock,
        others=(1,),
        tells=r"backup\.archiver: ",
        heal=("full",),
    ),
)

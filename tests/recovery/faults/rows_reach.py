# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Repositories that cannot be reached, or do not let the host in."""

from __future__ import annotations

from .. import vault
from .row import Row

ROWS = (
    Row(
        name="refused",
        what="SFTP and S3 refuse connections",
        bring=vault.block,
        undo=vault.unblock,
        tells=r"repository\[[23]\]: .*[Rr]efused|repository\[[23]\]: .*unable to connect",
    ),
    Row(
        name="unanswered",
        what="SFTP and S3 give no answer at all",
        bring=lambda: vault.block(silently=True),
        undo=vault.unblock,
        tells=r"repository\[[23]\]: .*(timeout|timed out)",
    ),
    Row(
        name="wrong-key",
        what="the key of the repositories is another: the database's backups",
        bring="keep $SETTINGS; sed -i -E 's/(cipher-pass=).*/\\1another/' $SETTINGS",
        undo="back",
        tells=r"repository\[1\]: .*(cipher|decrypt|key)",
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
        tells=r"repository\[3\]: .*(403|Forbidden|InvalidAccessKeyId)",
        stand_in="an id of a key that S3 does not know",
    ),
)

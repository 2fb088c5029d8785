# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What befalls what is stored: at SFTP by the vault's shell, in S3 by its way in for tests."""

from __future__ import annotations

import json
import shlex

from .. import vault
from . import ground

AT_SFTP = f"/srv/sftp{ground.REMOTE}"
# The numbers of the two that lie elsewhere.
SFTP, S3 = ground.OTHERS
ARCHIVE, BACKUPS = "shop/postgres/archive/main/", "shop/postgres/backup/main/"
# What lies under a prefix goes to memory outside of S3 and comes back by S3's own calls: no version is lost by it.
MOVE = """
import base64, json, pathlib, sys, boto3
wanted = json.load(sys.stdin)
key, secret = (pathlib.Path(f"/etc/vault/keys/{name}").read_text().strip() for name in ("access_key", "secret_key"))
s3 = boto3.client("s3", endpoint_url=f"https://{wanted['at']}", region_name="us-east-1", verify=False,
    aws_access_key_id=key, aws_secret_access_key=secret)
kept = pathlib.Path("/root/kept-of-s3.json")
bucket = wanted["bucket"]
if wanted["back"]:
    for name, text in json.loads(kept.read_text()).items():
        s3.put_object(Bucket=bucket, Key=name, Body=base64.b64decode(text))
    kept.unlink()
else:
    taken = {}
    for name in wanted["keys"]:
        taken[name] = base64.b64encode(s3.get_object(Bucket=bucket, Key=name)["Body"].read()).decode()
        s3.delete_object(Bucket=bucket, Key=name)
    kept.write_text(json.dumps(taken))
"""


def sftp(script: str) -> str:
    """Return what a script prints where SFTP's files lie."""
    return vault.inside(f"cd {AT_SFTP}; {script}")


def keys(prefix: str, part: str = "") -> list[str]:
    """Return the keys in S3 under a prefix that have a text in them."""
    found = (each.key for each in vault.objects(ground.BUCKET, prefix) if each.size is not None)
    return [key for key in found if part in key]


def segment() -> str:
    """Return the segment that has the last commit before the fault."""
    return ground.on(f"cat {ground.SEGMENT}")


def has(number: int, name: str) -> bool:
    """Tell whether a repository has a segment."""
    if number == S3:
        return bool(keys(ARCHIVE, name))
    find = f"find postgres/archive -name '{name}-*'"
    return bool(sftp(find) if number == SFTP else ground.on(f"cd {ground.LOCAL}; {find}"))


def label() -> str:
    """Return the newest full backup, as S3 has it."""
    return max(key.removeprefix(BACKUPS).partition("/")[0] for key in keys(BACKUPS, "F/backup.manifest"))


def _move(names: list[str], *, back: bool) -> None:
    wanted = {"at": vault.address, "bucket": ground.BUCKET, "keys": names, "back": back}
    vault.inside(f"python3 -W ignore -c {shlex.quote(MOVE)}", given=json.dumps(wanted))


def take(names: list[str]) -> None:
    """Take objects away. Raises ValueError where none is named."""
    if not names:
        raise ValueError("nothing to take away")
    _move(names, back=False)


def give_back() -> None:
    """Put back what was taken."""
    _move([], back=True)


def flip(names: list[str]) -> None:
    """Change a byte in the middle of objects; once more, and they are as they were."""
    sizes = {each.key: each.size for each in vault.objects(ground.BUCKET) if each.size is not None}
    for name in names:
        vault.flip(ground.BUCKET, name, sizes[name] // 2)

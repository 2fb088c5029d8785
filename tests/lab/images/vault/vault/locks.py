# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What S3 documents of object lock and moto does not do.

moto itself keeps a locked version from being deleted. Added, each with the words of the Amazon S3 user guide,
"Locking objects with Object Lock":

- a retention in compliance mode "can't be changed, and its retention period can't be shortened", in whatever zone its
  end is written; one without a mode or an end, or with an end that is none, is not of the schema (MalformedXML);
- versioning: "you can't disable Object Lock or suspend versioning for the bucket";
- the default retention holds for every new object, those of a multipart upload among them.

Less strict than moto: a bucket's default may be changed while it has objects. "This only affects new objects".
"""
# mypy: disable-error-code="import-not-found, import-untyped"

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from moto.s3.exceptions import AccessDeniedByLock, InvalidBucketState, MalformedXML
from moto.s3.models import S3Backend

Backend = Any
# Mode, and end in ISO 8601.
Retention = tuple[str | None, str | None]
FORM = "%Y-%m-%dT%H:%M:%SZ"


def moment(text: str) -> str:
    """Return a moment in the one form that moto reads, in UTC. Raises S3's MalformedXML where it is none."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise MalformedXML from None
    if read.tzinfo is None:
        raise MalformedXML
    return read.astimezone(timezone.utc).strftime(FORM)


def weaker(held: Retention, wished: Retention) -> bool:
    """Tell whether a retention in compliance mode would become less. Both ends as ``moment`` writes them."""
    mode, until = held
    if mode != "COMPLIANCE" or until is None:
        return False
    return wished[0] != "COMPLIANCE" or wished[1] is None or wished[1] < until


def put_object_retention(self: Backend, bucket_name: str, key_name: str, version_id: str, retention: Retention) -> None:
    """Refuse one that is weaker than a version's own."""
    mode, until = retention
    if (mode is None) != (until is None) or mode not in {None, "COMPLIANCE", "GOVERNANCE"}:
        raise MalformedXML
    wished = (mode, until and moment(until))
    found = self.get_object(bucket_name, key_name, version_id=version_id)
    if found is not None and found.is_locked(False):
        held = (found.lock_mode, found.lock_until and moment(found.lock_until))
        if weaker(held, wished):
            raise AccessDeniedByLock
    MOTOS["put_object_retention"](self, bucket_name, key_name, version_id, wished)


def put_bucket_versioning(self: Backend, bucket_name: str, status: str) -> None:
    """Refuse to suspend it where there are locks."""
    if self.get_bucket(bucket_name).object_lock_enabled and status != "Enabled":
        raise InvalidBucketState("An Object Lock configuration is present: versioning cannot be changed.")
    MOTOS["put_bucket_versioning"](self, bucket_name, status)


def put_object(self: Backend, bucket_name: str, *words: Any, **more: Any) -> Any:
    """Lock what comes without a lock of its own."""
    bucket = self.get_bucket(bucket_name)
    if bucket.has_default_lock and not more.get("lock_mode"):
        more |= {"lock_mode": bucket.default_lock_mode, "lock_until": bucket.default_retention()}
    return MOTOS["put_object"](self, bucket_name, *words, **more)


def put_object_lock_configuration(
    self: Backend, name: str, enabled: bool, mode: str | None, days: int | None, years: int | None
) -> None:
    """Change the default of a bucket that has objects; refuse to take its locks away."""
    bucket = self.get_bucket(name)
    if not bucket.object_lock_enabled:
        MOTOS["put_object_lock_configuration"](self, name, enabled, mode, days, years)
    elif not enabled:
        raise InvalidBucketState("Object Lock cannot be disabled.")
    else:
        bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = mode, days, years


OURS = (put_object_retention, put_bucket_versioning, put_object, put_object_lock_configuration)
MOTOS = {each.__name__: getattr(S3Backend, each.__name__) for each in OURS}


def add() -> None:
    """Have moto's backend do it."""
    for each in OURS:
        setattr(S3Backend, each.__name__, each)

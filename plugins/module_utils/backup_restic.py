# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""restic as it is from 0.14 (Debian 12) to 0.18 (Debian 13): what one version alone has is not used.

So locks are waited for here and not with ``--retry-lock`` (0.16), and what went wrong is read from the exit status (10
to 12, since 0.17) or from the text. https://restic.readthedocs.io/en/stable/075_scripting.html
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import (
    ABSENT,
    INCOMPLETE,
    WRONG_PASSWORD,
    Copy,
    FilesError,
    Snapshot,
    errors,
    is_locked,
    newness,
    reason,
    seconds,
    told,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Repository
from ansible_collections.holdfast.host.plugins.module_utils.command import Result, Run

# restic reads and compresses as fast as it may: it gives way to whatever serves. It ends with the program that started
# it, for an orphan would go on to read a volume whose services run again.
GENTLE = ("setpriv", "--pdeathsig", "TERM", "nice", "-n", "10", "ionice", "-c", "2", "-n", "7")
# Credentials reach restic by its environment alone, each line as it stands: nothing of it is run or expanded.
_ENTER = (
    'while IFS= read -r line || [ -n "$line" ]; do case $line in ""|"#"*) ;; *) export "$line" ;; esac; done < "$0"; '
    'exec "$@"'
)
# How restic says that there is no repository before 0.17, which has a status of its own for it. "Is there a repository
# at the following location" is said of one that refuses or does not answer, too.
NOT_THERE = re.compile("unable to open config file.*(?:does not exist|no such file)", re.IGNORECASE)
POLL_SECONDS = 2.0
# The longest that another run holds the repository is a prune's; a dump holds it for a moment, to get its name. No more
# than that is waited for by who has stopped services.
PATIENCE_SECONDS, BRIEF_SECONDS = 900.0, 10.0


@dataclass(frozen=True, kw_only=True)
class Restic:
    """One repository. host: the name its snapshots are kept under, the stack's: a restored host goes on with them.

    cache: a directory, none is used where it is None.
    """

    repository: Repository
    run: Run
    password_file: str
    host: str
    cache: str | None = None
    patience_seconds: float = PATIENCE_SECONDS

    @property
    def name(self) -> str:
        """Return the repository's name for people."""
        return f"repository {self.repository.number} ({self.repository.where})"

    def words(self, *arguments: str, directory: str = "/") -> list[str]:
        """Return the command that runs restic in a directory."""
        own = ["restic", "-r", self.repository.restic, *self.repository.options, "--password-file", self.password_file]
        own += ["--cache-dir", self.cache, "--cleanup-cache"] if self.cache else ["--no-cache"]
        enter = ["env", f"--chdir={directory}", "sh", "-c", _ENTER, self.repository.env_file or "/dev/null"]
        return [*GENTLE, *enter, *own, *arguments]

    def call(self, *arguments: str, directory: str = "/") -> Result:
        """Run restic, and wait while another run holds the repository.

        Locks that a killed run left are removed: restic tells them by their process on this host, or by their age of
        30 minutes, and keeps all others.
        """
        deadline = time.monotonic() + self.patience_seconds
        while True:
            result = self.run(self.words(*arguments, directory=directory), "")
            if not is_locked(result) or time.monotonic() >= deadline:
                return result
            self.unlock()
            time.sleep(POLL_SECONDS)

    def unlock(self) -> None:
        """Remove stale locks. Raises FilesError."""
        self.good(self.run(self.words("unlock"), ""), "remove stale locks")

    def free(self) -> None:
        """Wait until no other run has the repository alone. Raises FilesError."""
        # It takes a lock as a copy does, and reads one small file.
        self.good(self.call("cat", "config"), "have a lock in it")

    def good(self, result: Result, what: str) -> Result:
        """Return a result that is good. Raises FilesError, which says so where the password is another."""
        if result.status == WRONG_PASSWORD or (result.status != 0 and "wrong password" in result.err):
            raise FilesError(
                f"{self.name} was made with another key than {self.password_file} has. Nothing was written. Put the "
                "key of the recovery kit there, or give another place for the repository"
            )
        if result.status != 0:
            raise FilesError(f"{self.name}: could not {what}: {reason(result)}")
        return result

    def identity(self) -> str | None:
        """Return the repository's id, None where there is none. Raises FilesError, also for another password."""
        result = self.call("--no-lock", "cat", "config")
        if result.status == ABSENT or (result.status != 0 and NOT_THERE.search(result.err)):
            return None
        return str(json.loads(self.good(result, "look at it").out)["id"])

    def backup(
        self, tag: str, name: str, directory: str, *, exclude: Sequence[str] = (), vanishing: bool = False
    ) -> Copy:
        """Copy ``name`` of a directory. vanishing: files may go away while they are read.

        A relative name: the snapshot holds it at its top, and is restored anywhere without the path of this host.
        Raises FilesError; a copy that lacks anything is not kept.
        """
        excluded = [f"--exclude={pattern}" for pattern in exclude]
        words = ["backup", "--json", "--quiet", "--host", self.host, "--tag", tag, *excluded, "--", name]
        return self.copied(self.call(*words, directory=directory), tag, vanishing=vanishing)

    def copied(self, result: Result, tag: str, *, vanishing: bool = False) -> Copy:
        """Return what a backup says that it did. Raises FilesError."""
        summary = next((each for each in told(result) if each.get("message_type") == "summary"), None)
        unread = errors(result)
        fine = result.status == INCOMPLETE and vanishing and unread and all(gone for _, gone in unread)
        if summary is None or (result.status != 0 and not fine):
            if summary is not None:
                self.forget(str(summary["snapshot_id"]))
            files = ", ".join(item for item, _ in unread[:3])
            raise FilesError(f"{self.name}: {tag} was not copied: {files or reason(result)}")
        return Copy(
            repository=self.repository.number,
            tag=tag,
            snapshot=str(summary["snapshot_id"])[:8],
            bytes_added=int(summary.get("data_added_packed", summary["data_added"])),
            bytes=int(summary["total_bytes_processed"]),
            missed=tuple(item for item, _ in unread),
        )

    def snapshots(self, tag: str = "") -> list[Snapshot]:
        """Return the stack's snapshots, those with a tag where one is given, the oldest first. Raises FilesError."""
        wanted = ["--tag", tag] if tag else []
        result = self.call("--no-lock", "snapshots", "--json", "--host", self.host, *wanted)
        found = json.loads(self.good(result, "list its snapshots").out) or []
        made = [
            Snapshot(
                id=each["id"],
                at=seconds(each["time"]),
                tags=tuple(each.get("tags") or ()),
                paths=tuple(each["paths"]),
                original=each.get("original", ""),
            )
            for each in found
        ]
        return sorted(made, key=lambda each: each.at)

    def find(self, tag: str, snapshot: str = "") -> Snapshot:
        """Return the newest snapshot with a tag, or of those whose ids begin so. Raises FilesError."""
        found = [each for each in self.snapshots(tag) if each.id.startswith(snapshot)]
        if not found:
            raise FilesError(f"{self.name} has no snapshot {snapshot + ' ' if snapshot else ''}of {tag}")
        now = time.time()
        return max(found, key=lambda each: newness(each, now))

    def restore(self, snapshot: Snapshot, target: str) -> None:
        """Restore a snapshot's files below a directory, with owners and modes. Raises FilesError."""
        result = self.call("--no-lock", "restore", snapshot.id, "--target", target)
        self.good(result, f"restore {' '.join(snapshot.tags)}")

    def forget(self, *ids: str) -> None:
        """Remove snapshots. Raises FilesError."""
        if ids:
            self.good(self.call("forget", *ids), "remove snapshots")

    def rename(self, snapshot: str, tag: str) -> Snapshot:
        """Give a snapshot another tag in the place of all that it has, and return it. Raises FilesError."""
        self.good(self.call("tag", "--set", tag, snapshot), f"call a snapshot {tag}")
        for each in self.snapshots(tag):
            if each.original.startswith(snapshot):
                return each
        raise FilesError(f"{self.name}: snapshot {snapshot} is not there as {tag}")

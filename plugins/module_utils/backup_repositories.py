# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What is done to every repository of copies: one that does not answer keeps nobody from the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from ansible_collections.holdfast.host.plugins.module_utils import backup_keep
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import Copy, FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Repository, Settings
from ansible_collections.holdfast.host.plugins.module_utils.command import Run


def tidying(settings: Settings, run: Run) -> Iterator[Callable[[], Sequence[Copy]]]:
    """Yield for each repository the work of removing what is too old, for ``backup_copies.collected``."""

    def work(repository: Repository) -> Callable[[], Sequence[Copy]]:
        def tidied() -> Sequence[Copy]:
            backup_keep.tidy(settings, repository, run, time.time())
            return ()

        return tidied

    return map(work, settings.repositories)


def unsound(settings: Settings, run: Run) -> list[str]:
    """Have each repository read another part of its data at once. Return what is wrong, in words."""

    def why(repository: Repository) -> str:
        try:
            checked = backup_keep.check(settings, repository, run, time.time(), at_once=True)
        except (FilesError, OSError, ValueError) as problem:
            return str(problem)
        return "" if checked.sound else f"repository {repository.number}: {checked.message}"

    return [problem for problem in map(why, settings.repositories) if problem]

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What an archive needs before its first segment: certificates, the image, a place in each repository, a backup."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from ansible_collections.holdfast.host.plugins.module_utils import (
    atomic,
    backup_archiver,
    backup_info,
    backup_postgres,
    backup_restore,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_copies import FilesError
from ansible_collections.holdfast.host.plugins.module_utils.backup_engine import (
    STANZA,
    Engine,
    FailedError,
    checked,
)
from ansible_collections.holdfast.host.plugins.module_utils.backup_postgres import Truth
from ansible_collections.holdfast.host.plugins.module_utils.backup_settings import Settings

DIRECTORY = Path("/etc/holdfast/backup")
# Longer than the machine lives: nobody outside can use them, and one that ran out would end the archive.
DAYS = "7300"
OWNER = 999
# Whose certificate it is, the directory of the side that has it, and its file there. The server lets in "postgres".
PARTIES = (("holdfast-backup", "server", "server"), ("postgres", "client", "client"))
STARTED_SECONDS = 180
# After a recovery all log since the last full backup is replayed before the server serves.
RECOVERED_SECONDS = 6 * 3600
MAKING = ".holdfast-new.tls"


def certificates(engine: Engine, directory: Path = DIRECTORY) -> bool:
    """Have an authority and a certificate for each side; made once, whole or not at all. Return whether they were made.

    The authority's key is thrown away with the directory in which it is made: nobody can add a third party.
    """
    wanted = [directory / side / f"{file}.{kind}" for _, side, file in PARTIES for kind in ("crt", "key")]
    wanted += [directory / side / "ca.crt" for _, side, _ in PARTIES]
    # A fixed name: what a killed run left of an authority's key goes with it.
    making = directory / MAKING
    _gone(making)
    if all(path.is_file() for path in wanted):
        return False
    making.mkdir(mode=0o700)
    try:
        _made(engine, str(making))
        # None of a former authority: with one of them left, a run that is killed here would be taken for whole.
        for path in wanted:
            path.unlink(missing_ok=True)
        for _, side, file in PARTIES:
            for source, kind in (("ca", "crt"), (file, "crt"), (file, "key")):
                content = (making / f"{source}.{kind}").read_bytes()
                atomic.write_file(
                    directory / side / f"{source}.{kind}", content, atomic.Owned(mode=0o400, uid=OWNER, gid=OWNER)
                )
    finally:
        _gone(making)
    return True


def _gone(directory: Path) -> None:
    if directory.exists():
        shutil.rmtree(directory)


def _made(engine: Engine, made: str) -> None:
    for name in ("ca", *(file for _, _, file in PARTIES)):
        _key(engine, made, name)
    _openssl(
        engine, "req", "-x509", "-new", "-key", f"{made}/ca.key", "-subj", "/CN=holdfast", "-days", DAYS,
        "-out", f"{made}/ca.crt",
    )  # fmt: skip
    for name, _, file in PARTIES:
        _signed(engine, made, name, file)


def _openssl(engine: Engine, *words: str) -> None:
    checked(engine.run(["openssl", *words], ""), "openssl")


def _key(engine: Engine, made: str, name: str) -> None:
    curve = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1")
    _openssl(engine, "genpkey", *curve, "-out", f"{made}/{name}.key")


def _signed(engine: Engine, made: str, name: str, file: str) -> None:
    Path(made, f"{file}.ext").write_text(f"subjectAltName=DNS:{name}\n", encoding="utf-8")
    _openssl(engine, "req", "-new", "-key", f"{made}/{file}.key", "-subj", f"/CN={name}", "-out", f"{made}/{file}.csr")
    _openssl(
        engine, "x509", "-req", "-in", f"{made}/{file}.csr", "-CA", f"{made}/ca.crt", "-CAkey", f"{made}/ca.key",
        "-CAcreateserial", "-extfile", f"{made}/{file}.ext", "-days", DAYS, "-out", f"{made}/{file}.crt",
    )  # fmt: skip


def image(engine: Engine, directory: Path = DIRECTORY) -> bool:
    """Have the image; return whether it was built. Raises FailedError."""
    name = engine.postgres.image
    if engine.run(["docker", "image", "inspect", name], "").status == 0:
        return False
    words = ["docker", "build", "--quiet", "--tag", name, "--label", "org.holdfast.built=1", str(directory / "image")]
    checked(engine.run(words, ""), f"image {name}")
    return True


def prepare(engine: Engine) -> list[str]:
    """Have what the containers need before they start. Return what was made."""
    done = ["made the certificates"] if certificates(engine) else []
    return [*done, *([f"built {engine.postgres.image}"] if image(engine) else [])]


def lost(engine: Engine, settings: Settings) -> None:
    """Raise FailedError where a repository has a cluster's backups and this host has no cluster: it is a lost one's.

    Nothing was started yet. What does not answer is no reason to stop: it is told once the stores run.
    """
    listed = checked(engine.run(["docker", "volume", "ls", "--quiet"], ""), "the engine does not list its volumes")
    if engine.postgres.volume in listed.out.split():
        return
    told = backup_postgres.stanzas(
        engine, settings.repositories, lambda *words: backup_restore.alone(engine, settings, *words)
    )
    for repository, stanza in zip(settings.repositories, told, strict=True):
        # A host that was made anew has another key: it sees that something is there, and not what.
        sealed = stanza.code == -1 and _listed(engine, settings, repository.number)
        if sealed or stanza.code in (0, backup_info.NO_BACKUP):
            rule = f"repository {repository.number} ({repository.where}) holds the backups of a host that was lost"
            hint = (
                "holdfast.host.recover brings it back; where this machine has lost its database alone, site.yml does, "
                "with -e holdfast_recover=true. To begin without them, give this host a path of its own"
            )
            raise FailedError(f"{rule}: {hint}")


def _listed(engine: Engine, settings: Settings, number: int) -> bool:
    """Tell whether there is anything in a repository; its names are not encrypted."""
    said = backup_restore.alone(engine, settings, f"--repo={number}", "--output=json", "repo-ls", f"backup/{STANZA}")
    return said.status == 0 and bool(json.loads(said.out))


class SilentError(FailedError):
    """All was done where a repository answers, and some do not."""


@contextlib.contextmanager
def collecting(problems: list[str]) -> Iterator[None]:
    """Have what one repository alone does not take keep nobody from what comes next; it is kept to be told."""
    try:
        yield
    except (SilentError, FilesError) as problem:
        problems.append(str(problem))


def ready(engine: Engine, settings: Settings) -> Iterator[str]:
    """Have a place in each repository, and a backup that leads to the newest state. Yield what was done.

    A place that others had meanwhile has a gap, and begins anew. A server that still recovers is waited for. A large
    database's backup is begun, and not waited for. Raises FailedError; SilentError at the end.
    """
    postgres = engine.postgres

    def recovers() -> str:
        try:
            return engine.sql("SELECT pg_is_in_recovery()")
        except FailedError:
            return ""

    engine.wait_for(f"{postgres.service} does not serve", STARTED_SECONDS, lambda: recovers() != "")
    # One that stops meanwhile is not waited for.
    engine.wait_for(f"{postgres.service} did not end its recovery", RECOVERED_SECONDS, lambda: recovers() != "t")
    engine.wait_for(f"{postgres.service} does not serve", STARTED_SECONDS, lambda: recovers() == "f")
    yield from backup_postgres.create(engine, settings)
    last = backup_archiver.ask(engine).last
    found = backup_postgres.truth(engine, settings, last=last)
    silent = [f"repository {each.repository}: {each.message}" for each in found if not each.reached]
    lacking = [each for each in found if each.reached and not each.whole]
    if lacking:
        yield from _based(engine, settings, lacking, checks=not silent)
    if silent:
        raise SilentError("\n".join(silent))


def _based(engine: Engine, settings: Settings, lacking: Sequence[Truth], *, checks: bool) -> Iterator[str]:
    """Have full backups. checks: whether the log must reach all repositories before, which one alone is not asked."""
    if backup_postgres.size(engine) > backup_postgres.WAITED_BYTES:
        checked(engine.run(["systemctl", "start", "--no-block", "holdfast-backup@full.service"], ""), "a full backup")
        yield "a full backup was begun; holdfast-backup truth tells when it is there"
        return
    if checks:
        backup_postgres.check(engine)
    backup_postgres.backup(engine, settings, "full", [each.repository for each in lacking])
    why = {each.repository: "its log has a gap" if each.fulls else "it had none" for each in lacking}
    yield from (f"made a full backup in repository {number}: {reason}" for number, reason in why.items())

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""PostgreSQL with pgBackRest and restic in one container of the lab, with the configuration that hosts have."""

from __future__ import annotations

from ansible_collections.holdfast.host.plugins.module_utils.plan import backup, backup_config
from ansible_collections.holdfast.host.plugins.module_utils.spec.backup import S3, Backup, Repository
from tests.lab.catalogue import reference
from tests.lab.hosts import LABEL, NETWORK
from tests.lab.paths import IMAGES
from tests.lab.shell import run, scaled, succeeds, wait_until

from . import vault

NAME, IMAGE, ADDRESS = "holdfast-lab-locked-client", "holdfast-lab/locked-client", "172.30.213.47"
VERSION, KEY = 18, "ab" * 32
PLANNED = {"keep_days": {"full": 30}, "processes": 2, "queue_bytes": 1 << 30}
FILES = "/var/lib/postgresql/files"


def exists() -> bool:
    """Tell whether the container is there."""
    return succeeds(["docker", "container", "inspect", NAME])


def remove() -> None:
    """Remove the container with all it holds; the image stays for the next time."""
    if exists():
        run(["docker", "rm", "--force", "--volumes", NAME])


def inside(script: str, *, user: str = "postgres", given: str | None = None) -> str:
    """Return what a shell script prints there. Raises LabError where it fails."""
    return run(["docker", "exec", "-i", "-u", user, NAME, "bash", "-euo", "pipefail", "-c", script], stdin=given)


def start(*hosts: str) -> None:
    """Have the container anew, where PostgreSQL runs. hosts: names and addresses that it knows, with colons between."""
    remove()
    base = reference("postgres", IMAGES)
    restic = "RUN apt-get update -q && apt-get install -qy --no-install-recommends restic\n"
    run(["docker", "build", "--quiet", "--label", f"{LABEL}=1", "--tag", IMAGE, "-"],
        stdin=backup.dockerfile(base) + restic)  # fmt: skip
    run(
        ["docker", "run", "--detach", "--name", NAME, "--label", f"{LABEL}=1", "--network", NETWORK, "--ip", ADDRESS,
         "--init", *(f"--add-host={host}" for host in hosts), "--env", "POSTGRES_USER=holdfast",
         "--env", "POSTGRES_HOST_AUTH_METHOD=trust", IMAGE, "postgres", "-c", "archive_mode=on", "-c", "fsync=off"]
    )  # fmt: skip


def serves() -> None:
    """Wait for PostgreSQL. Raises LabError."""
    ready = ["docker", "exec", NAME, "pg_isready", "-q", "-h", "127.0.0.1"]
    wait_until("PostgreSQL", lambda: succeeds(ready), seconds=scaled(60))


def have(bucket: str) -> None:
    """Have the container anew: PostgreSQL runs, both programs know the bucket, nothing is stored yet."""
    start(f"{vault.S3_NAME}:{vault.address}")
    configure(bucket)
    serves()


def repository(bucket: str) -> Repository:
    """Return the declaration of the bucket."""
    s3 = S3(bucket=bucket, endpoint=vault.S3_NAME, region=vault.REGION, path="/shop", style="path", ca=vault.ca_pem())
    return Repository(s3=s3)


def configure(bucket: str) -> None:
    """Write the files that a host would have, with the credentials in their places."""
    declared = Backup(repositories=(repository(bucket),))
    values = {"BACKUP_KEY": KEY, "BACKUP_1_S3_KEY": vault.access_key(), "BACKUP_1_S3_SECRET": vault.secret_key()}
    texts = {each["path"]: each["content"] for each in backup_config.secret_files(declared, PLANNED, VERSION)}
    for path, text in texts.items():
        filled = text
        for name, value in values.items():
            filled = filled.replace(f"${{secret:{name}}}", value)
        put(path, filled)
    put(f"{backup_config.DIRECTORY}/server/repository-1.pem", vault.ca_pem())
    put(f"{backup_config.DIRECTORY}/key", KEY)
    inside(f"rm -rf {backup_config.INSIDE}; ln -s {backup_config.DIRECTORY}/server {backup_config.INSIDE}", user="root")


def put(path: str, text: str) -> None:
    """Write a file."""
    inside(f"mkdir -p $(dirname {path}); cat > {path}; chown postgres {path}", user="root", given=text)


def pgbackrest(words: str) -> str:
    """Run pgBackRest. Raises LabError where it fails."""
    return inside(f"pgbackrest --stanza=main {words}")


def restic(words: str, bucket: str) -> str:
    """Run restic on what a bucket has. Raises LabError where it fails."""
    reached = backup_config.restic(1, repository(bucket))
    options = " ".join(reached["options"])
    known = f"set -a; . {backup_config.DIRECTORY}/restic/1.env; set +a"
    return inside(
        f"{known}; restic --no-cache -r {reached['restic']} {options} -p {backup_config.DIRECTORY}/key {words}"
    )


def psql(script: str, port: int = 5432) -> str:
    """Return what a script prints in PostgreSQL. port: of which of its servers."""
    return inside(f"psql -XqAt -v ON_ERROR_STOP=1 -U holdfast -d postgres -p {port}", given=script).strip()

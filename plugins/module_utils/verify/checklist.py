# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The systems' own security lists, row by row: what was asked, whether it holds, and by what one sees that.

What no host can show is told as such and never passed: then the application, or whoever runs it, has to be asked.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ansible_collections.holdfast.host.plugins.module_utils.errors import WARNING, Finding
from ansible_collections.holdfast.host.plugins.module_utils.verify import of_application, of_host
from ansible_collections.holdfast.host.plugins.module_utils.verify.verdict import FAILS, Judge, Seen, ask


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a list. key: a name for it. asked: in the list's words. result, evidence: for people."""

    key: str
    source: str
    asked: str
    result: str
    evidence: str


PYDOTORG, SCHEDULE = "pydotorg, security checklist", "schedule, section 8"
# Key, of which list, what was asked, who judges.
ASKS: tuple[tuple[str, str, str, Judge], ...] = (
    ("secrets", PYDOTORG, "All secrets are unique, 32+ characters, and not defaults", of_application.secrets),
    ("mode", PYDOTORG, "APP_ENV=prod is set", of_application.mode),
    ("debug", PYDOTORG, "DEBUG is false or unset", of_application.debug),
    ("credentials", PYDOTORG, "Database uses non-default credentials", of_application.credentials),
    ("database", PYDOTORG, "Database is not accessible from the public internet", of_host.database),
    ("redis", PYDOTORG, "Redis has password authentication", of_host.redis),
    ("https", PYDOTORG, "HTTPS is enforced via reverse proxy", of_host.https),
    ("headers", PYDOTORG, "Security headers are configured", of_host.headers),
    ("origins", PYDOTORG, "CORS is restricted to allowed origins", of_application.origins),
    ("logins", PYDOTORG, "OAuth redirect URLs are production URLs", of_application.logins),
    ("mail", PYDOTORG, "Email credentials are production SMTP", of_application.mail),
    ("users", PYDOTORG, "Container runs as non-root user", of_application.users),
    ("leaks", PYDOTORG, "No sensitive data in logs", of_application.leaks),
    ("env-file", PYDOTORG, "The env file is not committed to git", of_application.env_files),
    ("packets", PYDOTORG, "Firewall rules restrict access to internal services", of_host.packets),
    ("keys", SCHEDULE, "SSH: key-based only", of_host.keys),
    ("roles", SCHEDULE, "Database: application user only", of_host.roles),
    ("admins", SCHEDULE, "Admin panel: IP allow-list", of_host.admins),
    ("tokens", SCHEDULE, "API: JWT authentication", ask("ask the application")),
    ("tls", SCHEDULE, "Transport: TLS 1.2+", of_host.tls),
    ("volumes", SCHEDULE, "Storage: encrypted volumes", of_host.volumes),
    ("backups", SCHEDULE, "Backups: encrypted archives", of_host.backups),
    ("passwords", SCHEDULE, "Passwords: bcrypt hashing", ask("the hashes are the application's: ask it")),
    ("year", SCHEDULE, "Access logs: one year", of_host.year),
    ("changes", SCHEDULE, "Change logs: complete audit trail", of_host.changes),
    ("scans", SCHEDULE, "Security scans monthly, penetration tests annually", ask("ask who runs the system")),
)


def judge(expect: Seen, seen: Seen) -> list[Row]:
    """Return every row. seen: what verify observed, and under ``checklist`` what checklist_seen did."""
    found = []
    for key, source, asked, judge_of in ASKS:
        result, evidence = judge_of(expect, seen)
        found.append(Row(key=key, source=source, asked=asked, result=result, evidence=evidence))
    return found


def shown(rows: list[Row]) -> list[dict[str, str]]:
    """Return the rows as plain values."""
    return [asdict(row) for row in rows]


def findings(rows: list[Row]) -> list[Finding]:
    """Return a warning for each row that does not hold: the lists are the systems' own, the plan is another matter."""
    return [
        Finding(path=f"checklist.{row.key}", value=row.evidence, rule=row.asked, level=WARNING)
        for row in rows
        if row.result == FAILS
    ]

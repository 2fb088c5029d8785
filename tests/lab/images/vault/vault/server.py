# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""moto's S3 server on port 443. A stand-in: objects live in memory, and are gone with the process.

A bucket is the first part of the path, or of the host name.
"""
# mypy: disable-error-code="import-not-found, import-untyped, misc"

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from . import control, locks
from .signature import refusal

NAME = "s3.example.org"
KEYS = Path("/etc/vault/keys")
CONTROL_PORT = 8000
MOTOS_OWN = "/moto-api"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def guarded(application: Application, access_key: str, secret: str) -> Application:
    """Refuse what is not signed with these credentials; hand the rest over, with the bucket in the path.

    moto's own way in, by which all that is stored is forgotten at once, is none of S3's: no client gets there.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        code = refusal(environ, access_key, secret)
        if by_path(environ)["PATH_INFO"].startswith(MOTOS_OWN):
            code = "AccessDenied"
        if code:
            body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>refused</Message></Error>'.encode()
            start_response("403 Forbidden", [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
            return [body]
        return application(by_path(environ), start_response)

    return answer


def by_path(environ: dict[str, Any]) -> dict[str, Any]:
    """Return a request with its bucket in the path, where it was in the host name."""
    bucket, dot, rest = environ.get("HTTP_HOST", "").partition(f".{NAME}")
    if not dot:
        return environ
    changed = {"PATH_INFO": f"/{bucket}{environ['PATH_INFO']}", "HTTP_HOST": f"{NAME}{rest}"}
    changed |= {name: f"/{bucket}{environ[name]}" for name in ("REQUEST_URI", "RAW_URI") if name in environ}
    return environ | changed


class Store(BaseApplication):
    """The server: one process, for what it keeps is that process's, and connections that stay open, as S3's do."""

    def load_config(self) -> None:
        """Say how it runs."""
        settings = {
            "bind": "0.0.0.0:443", "workers": 1, "worker_class": "gthread", "threads": 32, "keepalive": 60,
            "timeout": 0, "graceful_timeout": 1, "certfile": str(KEYS / "server.pem"),
            "keyfile": str(KEYS / "server.key"), "accesslog": "-",
        }  # fmt: skip
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Application:
        """Return what answers, in the process that keeps the objects; tests get into the same."""
        locks.add()
        way_in = make_server("127.0.0.1", CONTROL_PORT, control.application, threaded=True)
        threading.Thread(target=way_in.serve_forever, daemon=True).start()
        access_key, secret = ((KEYS / name).read_text().strip() for name in ("access_key", "secret_key"))
        return guarded(DomainDispatcherApplication(create_backend_app), access_key, secret)


if __name__ == "__main__":
    Store().run()

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""moto's S3 server on port 443. A stand-in: objects live in memory, and are gone with the process.

A bucket is the first part of the path, or of the host name.
"""
# mypy: disable-error-code="import-not-found, import-untyped"

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from . import control, locks
from .signature import refusal

NAME = "s3.example.org"
KEYS = Path("/etc/vault/keys")
EVERYWHERE = "0.0.0.0"  # noqa: S104 - hosts of the lab connect
CONTROL_PORT = 8000
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def guarded(application: Application, access_key: str, secret: str) -> Application:
    """Refuse what is not signed with these credentials; hand the rest over, with the bucket in the path."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        code = refusal(environ, access_key, secret)
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


def ready() -> None:
    """Tell systemd that the ports are open."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
        own.connect(os.environ["NOTIFY_SOCKET"])
        own.send(b"READY=1")


def main() -> None:
    """Serve until killed: there is nothing to save."""
    locks.add()
    access_key, secret = ((KEYS / name).read_text().strip() for name in ("access_key", "secret_key"))
    store = guarded(DomainDispatcherApplication(create_backend_app), access_key, secret)
    certificate = (str(KEYS / "server.pem"), str(KEYS / "server.key"))
    server = make_server(EVERYWHERE, 443, store, threaded=True, ssl_context=certificate)
    way_in = make_server("127.0.0.1", CONTROL_PORT, control.application, threaded=True)
    threading.Thread(target=way_in.serve_forever, daemon=True).start()
    ready()
    server.serve_forever()


if __name__ == "__main__":
    main()

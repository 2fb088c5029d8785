# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""moto's S3 server on port 443. A stand-in: objects live in memory, and are gone with the process.

A bucket is the first part of the path, or of the host name.
"""
# mypy: disable-error-code="import-not-found, import-untyped, misc"

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import ThreadedWSGIServer, make_server

from . import control, locks
from .signature import refusal

NAME = "s3.example.org"
KEYS = Path("/etc/vault/keys")
EVERYWHERE = "0.0.0.0"  # noqa: S104 - hosts of the lab connect
CONTROL_PORT = 8000
FAREWELL_SECONDS = 2.0
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Server(ThreadedWSGIServer):
    """Ends each connection with its request, as werkzeug must, and says so in TLS's own words.

    pgBackRest reads an answer that is the last of its connection to the connection's end, and takes an end without
    that farewell for an error. S3 itself keeps connections open.
    """

    def shutdown_request(self, request: Any) -> None:
        """Say farewell to a client, which may be gone, and close."""
        with contextlib.suppress(OSError, ValueError):
            request.settimeout(FAREWELL_SECONDS)
            request.unwrap()
        super().shutdown_request(request)


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
    server = Server(EVERYWHERE, 443, store)
    server.ssl_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.ssl_context.load_cert_chain(KEYS / "server.pem", KEYS / "server.key")
    # Each connection's own thread greets: who connects and says nothing keeps nobody else waiting.
    server.socket = server.ssl_context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    way_in = make_server("127.0.0.1", CONTROL_PORT, control.application, threaded=True)
    threading.Thread(target=way_in.serve_forever, daemon=True).start()
    ready()
    server.serve_forever()


if __name__ == "__main__":
    main()

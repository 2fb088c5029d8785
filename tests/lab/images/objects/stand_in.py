# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""moto's S3 server behind MinIO's command line, ports, credentials and health paths.

A stand-in: objects live in memory, and of a signature only the access key is checked.
"""
# mypy: disable-error-code="import-not-found, import-untyped"

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
EVERYWHERE = "0.0.0.0"  # noqa: S104 - other containers connect
HEALTH_PATHS = frozenset({"/minio/health/live", "/minio/health/ready", "/minio/health/cluster"})
DENIED = b'<?xml version="1.0"?><Error><Code>InvalidAccessKeyId</Code><Message>unknown access key</Message></Error>'


def guarded(application: Application, access_key: str) -> Application:
    """Answer health requests, refuse requests of another access key, hand the rest to ``application``."""

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] in HEALTH_PATHS:
            start_response("200 OK", [("Content-Length", "0")])
            return [b""]
        signed = environ.get("HTTP_AUTHORIZATION", "") + environ.get("QUERY_STRING", "").replace("X-Amz-", "")
        if f"Credential={access_key}" not in signed:
            start_response("403 Forbidden", [("Content-Type", "application/xml"), ("Content-Length", str(len(DENIED)))])
            return [DENIED]
        return application(environ, start_response)

    return answer


def console(_environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Say that the console is none."""
    body = b"The object store of the lab has no console.\n"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


def port_of(address: str) -> int:
    """Return the port of an address such as ``:9001``."""
    return int(address.rpartition(":")[2])


def arguments(words: list[str]) -> argparse.Namespace:
    """Read MinIO's command line: ``[minio] server /data [--address :9000] [--console-address :9001]``."""
    parser = argparse.ArgumentParser(prog="minio")
    parser.add_argument("command", choices=["server"])
    parser.add_argument("directories", nargs="+")
    parser.add_argument("--address", default=":9000", type=port_of)
    parser.add_argument("--console-address", default=":9001", type=port_of)
    return parser.parse_args(words[1:] if words[:1] == ["minio"] else words)


def stop(_number: int, _frame: FrameType | None) -> None:
    """Leave at once: there is nothing to save."""
    sys.exit(0)


def main() -> None:
    """Serve S3 and the console's port."""
    options = arguments(sys.argv[1:])
    signal.signal(signal.SIGTERM, stop)
    access_key = os.environ.get("MINIO_ROOT_USER", "minioadmin")
    store = guarded(DomainDispatcherApplication(create_backend_app), access_key)
    threading.Thread(target=run_simple, args=(EVERYWHERE, options.console_address, console), daemon=True).start()
    run_simple(EVERYWHERE, options.address, store, threaded=True)


if __name__ == "__main__":
    main()

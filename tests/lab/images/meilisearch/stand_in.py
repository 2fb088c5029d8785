# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Answers Meilisearch's health and version requests on port 7700. A stand-in: there is no search behind it."""

from __future__ import annotations

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType

ANSWERS = {
    "/health": {"status": "available"},
    "/version": {"pkgVersion": "1.0.0-stand-in"},
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer a known path; anything else is 404 in Meilisearch's own error shape."""
        answer: dict[str, str] | None = ANSWERS.get(self.path)
        missing = {"message": "this stand-in has no such route", "code": "not_found", "type": "invalid_request"}
        body = json.dumps(answer or missing).encode()
        self.send_response(200 if answer else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def stop(_number: int, _frame: FrameType | None) -> None:
    """Leave at once: there is nothing to save."""
    sys.exit(0)


def main() -> None:
    """Serve on MEILI_HTTP_ADDR, 0.0.0.0:7700 where it is unset."""
    signal.signal(signal.SIGTERM, stop)
    host, _, port = os.environ.get("MEILI_HTTP_ADDR", "0.0.0.0:7700").rpartition(":")
    ThreadingHTTPServer((host, int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()

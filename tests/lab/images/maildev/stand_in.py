# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Takes mail on port 1025 and lists it on port 1080, as MailDev does. A stand-in: the last 100 mails, in memory."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import deque
from typing import TypedDict

EVERYWHERE = "0.0.0.0"  # noqa: S104 - other containers connect


class Mail(TypedDict):
    """One accepted mail: envelope addresses and the raw text."""

    sender: str
    recipients: list[str]
    text: str


MAILS: deque[Mail] = deque(maxlen=100)


async def read_data(reader: asyncio.StreamReader) -> str:
    """Return the text of a mail up to its closing dot; doubled leading dots become one."""
    lines: list[str] = []
    while (line := (await reader.readline()).decode("utf-8", "replace").rstrip("\r\n")) != ".":
        if reader.at_eof():
            raise ConnectionError("the connection ended inside a mail")
        lines.append(line[1:] if line.startswith("..") else line)
    return "\n".join(lines)


def address(line: str) -> str:
    """Return the address of a MAIL FROM or RCPT TO line."""
    return line.partition(":")[2].strip().split(" ")[0].strip("<>")


async def smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Speak as much SMTP as a client needs to hand over mail."""
    writer.write(b"220 maildev stand-in\r\n")
    mail = Mail(sender="", recipients=[], text="")
    while line := (await reader.readline()).decode("utf-8", "replace").strip():
        verb = line[:4].upper()
        answer = b"250 OK\r\n"
        if verb == "MAIL":
            mail = Mail(sender=address(line), recipients=[], text="")
        elif verb == "RCPT":
            mail["recipients"].append(address(line))
        elif verb == "DATA":
            writer.write(b"354 End with a dot\r\n")
            mail["text"] = await read_data(reader)
            MAILS.append(mail)
        elif verb == "QUIT":
            answer = b"221 Bye\r\n"
        writer.write(answer)
        await writer.drain()
        if verb == "QUIT":
            break
    writer.close()


async def http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer /healthz and /email."""
    path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", maxsplit=2)[1].decode()
    answers: dict[str, object] = {"/healthz": True, "/email": list(MAILS), "/": "MailDev stand-in: see /email"}
    status = "200 OK" if path in answers else "404 Not Found"
    body = json.dumps(answers.get(path, "no such page")).encode()
    head = ["HTTP/1.1 " + status, "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close"]
    writer.write("\r\n".join([*head, "", ""]).encode() + body)
    await writer.drain()
    writer.close()


async def main() -> None:
    """Serve both ports until SIGTERM."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await asyncio.start_server(smtp, EVERYWHERE, int(os.environ.get("MAILDEV_SMTP_PORT", "1025")))
    await asyncio.start_server(http, EVERYWHERE, int(os.environ.get("MAILDEV_WEB_PORT", "1080")))
    await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main())

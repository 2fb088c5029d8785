# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""What the application answers over HTTP."""
# mypy: disable-error-code="import-not-found, import-untyped, untyped-decorator, misc"

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

from aiohttp import ClientSession, ClientTimeout, WSMsgType, web

from .config import QUEUES, Config
from .jobs import find_job, queue_job
from .logs import Log
from .objects import Bucket
from .stores import Stores

CONFIG = web.AppKey("config", Config)
STORES = web.AppKey("stores", Stores)
LOG = web.AppKey("log", Log)
SESSION = web.AppKey("session", ClientSession)
SOCKETS = web.AppKey("sockets", set)
SLOWEST_SECONDS = 120.0
STYLE = "body { font-family: sans-serif; margin: 2rem auto; max-width: 40rem; }\n" + "/* padding for gzip */\n" * 60
HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "content-length",
                        "content-encoding", "host"})  # fmt: skip


async def health(request: web.Request) -> web.Response:
    """200 where every configured store answers, 503 with the reason where one does not."""
    status, body = await request.app[STORES].health()
    return web.json_response(body, status=status)


async def page(request: web.Request) -> web.Response:
    """A page for people: which version and role answers."""
    config = request.app[CONFIG]
    text = (
        "<!doctype html><html lang=en><title>Holdfast demo</title><link rel=stylesheet href=/static/x.css>"
        f"<h1>Holdfast demo</h1><p>version <b>{config.version}</b>, role <b>{config.name}</b>, "
        f"host {config.hostname}</p>"
    )
    return web.Response(text=text, content_type="text/html")


async def static(_request: web.Request) -> web.Response:
    """The one static asset."""
    return web.Response(text=STYLE, content_type="text/css")


async def private(_request: web.Request) -> web.Response:
    """What nobody's password opens, for tests of who guesses."""
    return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="nobody"'})


async def env(_request: web.Request) -> web.Response:
    """The names of the environment's variables, never their values."""
    return web.json_response(sorted(os.environ))


async def slow(request: web.Request) -> web.Response:
    """Answer after ?seconds=n, for tests of time limits and of draining."""
    seconds = min(max(float(request.query.get("seconds", "1")), 0.0), SLOWEST_SECONDS)
    await asyncio.sleep(seconds)
    return web.json_response({"slept": seconds, "version": request.app[CONFIG].version})


def needed(request: web.Request, *, redis: bool = False) -> Stores:
    """Return the stores, or answer 404 where the role is configured without them."""
    stores: Stores = request.app[STORES]
    if stores.database is None or (redis and stores.redis is None):
        raise web.HTTPNotFound(text="this service is configured without the store that this needs")
    return stores


async def body_text(request: web.Request) -> tuple[dict[str, Any], str]:
    """Return the JSON body and its text; 400 where it is not ``{"text": "..."}``."""
    try:
        body = await request.json()
        return body, str(body["text"])
    except (ValueError, KeyError, TypeError):
        raise web.HTTPBadRequest(text='send {"text": "..."}') from None


async def write_row(request: web.Request) -> web.Response:
    """Write a row, return its id."""
    stores = needed(request)
    _, text = await body_text(request)
    assert stores.database is not None
    rows = await stores.database.fetch("INSERT INTO rows (text) VALUES ($1) RETURNING id, text", text)
    return web.json_response(rows[0], status=201)


async def read_rows(request: web.Request) -> web.Response:
    """Return the last 100 rows, newest first."""
    stores = needed(request)
    assert stores.database is not None
    return web.json_response(await stores.database.fetch("SELECT id, text FROM rows ORDER BY id DESC LIMIT 100"))


async def start_job(request: web.Request) -> web.Response:
    """Queue ``{"text": ..., "queue": "jobs"}``, return its id."""
    stores = needed(request, redis=True)
    body, text = await body_text(request)
    queue = body.get("queue", "jobs")
    if queue not in QUEUES:
        raise web.HTTPBadRequest(text=f"known queues: {', '.join(sorted(QUEUES))}")
    return web.json_response({"id": await queue_job(stores, queue, text), "state": "queued"}, status=202)


async def show_job(request: web.Request) -> web.Response:
    """Return what became of a job."""
    job = await find_job(needed(request), request.match_info["id"])
    return web.json_response(job or {"error": "no such job"}, status=200 if job else 404)


async def echo(request: web.Request) -> web.WebSocketResponse:
    """Send every WebSocket frame back."""
    socket = web.WebSocketResponse(heartbeat=30)
    await socket.prepare(request)
    request.app[SOCKETS].add(socket)
    try:
        async for frame in socket:
            if frame.type == WSMsgType.TEXT:
                await socket.send_str(frame.data)
            elif frame.type == WSMsgType.BINARY:
                await socket.send_bytes(frame.data)
    finally:
        request.app[SOCKETS].discard(socket)
    return socket


async def objects(request: web.Request) -> web.Response:
    """Put or get an object of the configured bucket."""
    bucket, key, session = Bucket.read(), request.match_info["key"], request.app[SESSION]
    if bucket is None:
        raise web.HTTPNotFound(text="S3_ENDPOINT is not set")
    if request.method == "PUT":
        status = await bucket.put(session, key, await request.read())
        return web.json_response({"key": key}, status=status)
    status, body = await bucket.request(session, "GET", key)
    return web.Response(body=body, status=status)


async def proxy(request: web.Request) -> web.StreamResponse:
    """Hand /api/* to CORE_API_URL without the prefix; 502 where it does not answer."""
    config, session = request.app[CONFIG], request.app[SESSION]
    target = f"{config.core_api_url}/{request.match_info['path']}"
    headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
    try:
        async with session.request(
            request.method, target, params=request.query, headers=headers, data=await request.read()
        ) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)
    except (OSError, asyncio.TimeoutError) as error:
        return web.json_response({"error": f"core API: {error}"}, status=502)


@web.middleware
async def logged(request: web.Request, handler: Any) -> web.StreamResponse:
    """Log every request but health checks, which come every few seconds; errors become JSON with status 500."""
    started = time.monotonic()
    try:
        answer: web.StreamResponse = await handler(request)
    except web.HTTPException as error:
        answer = error
    except Exception as error:  # noqa: BLE001 - the last place that can tell the client anything
        request.app[LOG]("request failed", level="error", path=request.path, error=f"{type(error).__name__}: {error}")
        answer = web.json_response({"error": type(error).__name__}, status=500)
    if request.path != "/health":
        milliseconds = round((time.monotonic() - started) * 1000, 1)
        request.app[LOG](
            "request", method=request.method, path=request.path, status=answer.status, milliseconds=milliseconds,
            request_id=request.headers.get("X-Request-Id", ""), scheme=request.headers.get("X-Forwarded-Proto", ""),
        )  # fmt: skip
    return answer


async def close_sockets(app: web.Application) -> None:
    """Tell WebSocket clients that the server goes away, so that they reconnect elsewhere."""
    for socket in list(app[SOCKETS]):
        await socket.close(code=1001, message=b"the server is going away")


async def outgoing(app: web.Application) -> Any:
    """Keep one client session for as long as the application runs."""
    async with ClientSession(timeout=ClientTimeout(total=SLOWEST_SECONDS)) as session:
        app[SESSION] = session
        yield


def application(config: Config, stores: Stores, log: Log) -> web.Application:
    """Return the application of a role: health for all, pages for those that have some."""
    app = web.Application(middlewares=[logged], client_max_size=64 * 1024 * 1024)
    app[CONFIG], app[STORES], app[LOG], app[SOCKETS] = config, stores, log, set()
    app.cleanup_ctx.append(outgoing)
    app.on_shutdown.append(close_sockets)
    app.router.add_get("/health", health)
    if config.role.proxies and config.core_api_url:
        app.router.add_route("*", "/api/{path:.*}", proxy)
    if config.role.pages:
        app.add_routes(
            [
                web.get("/", page), web.get("/static/x.css", static), web.get("/env", env), web.get("/slow", slow),
                web.get("/private", private), web.get("/ws", echo),
                web.get("/rows", read_rows), web.post("/rows", write_row),
                web.post("/jobs", start_job), web.get("/jobs/{id}", show_job),
                web.put("/objects/{key:.+}", objects), web.get("/objects/{key:.+}", objects),
            ]
        )  # fmt: skip
    return app

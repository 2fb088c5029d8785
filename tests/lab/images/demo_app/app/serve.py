# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The life of a process: start, work, be told to stop, finish what is in hand."""
# mypy: disable-error-code="import-not-found, import-untyped"

from __future__ import annotations

import asyncio
import signal

from aiohttp import web

from .config import Config
from .jobs import Worker
from .logs import Log
from .stores import Stores
from .web import application

DRAIN_SECONDS = 20.0
EVERYWHERE = "0.0.0.0"  # noqa: S104 - other containers connect


async def serve(config: Config) -> None:
    """Run a role until SIGTERM or SIGINT; requests and jobs in hand get DRAIN_SECONDS to end."""
    log, stores, stopped = Log(config), Stores(config), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    runner: web.AppRunner | None = None
    if config.port is not None:
        runner = web.AppRunner(application(config, stores, log), access_log=None, shutdown_timeout=DRAIN_SECONDS)
        await runner.setup()
        await web.TCPSite(runner, EVERYWHERE, config.port).start()
    worker = Worker(config, stores, log) if config.role.queue else None
    working = asyncio.ensure_future(worker.run()) if worker else None
    log("started", port=config.port, queue=config.role.queue)
    ended = asyncio.ensure_future(stopped.wait())
    await asyncio.wait({ended, working} if working else {ended}, return_when=asyncio.FIRST_COMPLETED)
    log("stopping")
    if worker and working:
        worker.stopping.set()
        await asyncio.wait_for(working, DRAIN_SECONDS)
    if runner:
        await runner.cleanup()
    await stores.close()
    log("stopped")

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The command line: ``python -m lab COMMAND``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys

from . import builder, engine, machines, registry
from .catalogue import IMAGES, reference, served_as
from .hosts import HOSTS, Host, find
from .paths import CACHE, LOCK
from .paths import IMAGES as DIRECTORY
from .shell import LabError, locked


def parser() -> argparse.ArgumentParser:
    """Return the parser; every command that takes hosts takes names of the table."""
    top = argparse.ArgumentParser(prog="lab", description="Real hosts in containers, and the images they pull.")
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("engine", help="install and start the container engine where it is missing")
    commands.add_parser("images", help="build the images that are missing")
    commands.add_parser("registry", help="have the registry running with every served image in it")
    for name, text in {
        "up": "have these hosts running and reachable; makes everything that is missing",
        "down": "remove these hosts with all they hold",
        "reset": "remove these hosts and boot them anew",
    }.items():
        commands.add_parser(name, help=text).add_argument("hosts", nargs="+", type=host, metavar="NAME")
    commands.add_parser("status", help="what there is")
    execute = commands.add_parser("exec", help="run a command on a host as root, not over SSH")
    execute.add_argument("host", type=host, metavar="NAME")
    execute.add_argument("words", nargs="+", metavar="COMMAND")
    destroy = commands.add_parser("destroy", help="remove hosts, registry and network, and stop an engine of our own")
    destroy.add_argument("--images", action="store_true", help="remove the images and .cache/lab as well")
    return top


def host(name: str) -> Host:
    """Return a host by name, as argparse wants it."""
    try:
        return find(name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def build_images() -> None:
    """Build every image of the catalogue that is missing."""
    with locked(LOCK):
        builder.ensure(set(IMAGES))


def serve_images() -> None:
    """Have the network, the served images and the registry."""
    with locked(LOCK):
        registry.ensure(set())


def show_status() -> None:
    """Print hosts, images and registry, one a line."""
    if not engine.answers():
        print("engine: not running")
        return
    for row in HOSTS.values():
        print(f"{row.name:<16}{row.address:<18}{row.image:<18}{machines.state(row)}")
    have = builder.present()
    for image in IMAGES.values():
        built = "built" if reference(image.name, DIRECTORY) in have else "missing"
        print(f"{image.name:<18}{built:<10}{served_as(image) if image.serves else ''}")
    print(f"registry: {'answers' if registry.registry_answers() else 'not running'}")


def destroy(*, with_images: bool) -> None:
    """Remove what the lab made. The engine goes last, if it is ours."""
    if engine.answers():
        machines.destroy()
        if with_images:
            builder.remove_all()
        engine.stop_own()
    if with_images and CACHE.exists():
        shutil.rmtree(CACHE)


def execute(host: Host, words: list[str]) -> None:
    """Become ``docker exec``, so that the command's status and terminal are the caller's."""
    sys.stdout.flush()
    command = ["docker", "exec", "--interactive", host.container, *words]
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted


def take_down(hosts: list[Host]) -> None:
    """Remove hosts with all they hold."""
    for row in hosts:
        machines.down(row)


def prepare(options: argparse.Namespace) -> None:
    """Run a command that needs the engine and makes what is missing."""
    engine.ensure()
    match options.command:
        case "images":
            build_images()
        case "registry":
            serve_images()
        case "reset":
            take_down(options.hosts)
            machines.up(options.hosts)
        case "up":
            machines.up(options.hosts)


def dispatch(options: argparse.Namespace) -> None:
    """Run the command that was asked for."""
    match options.command:
        case "status":
            show_status()
        case "destroy":
            destroy(with_images=options.images)
        case "exec":
            execute(options.host, options.words)
        case "down":
            take_down(options.hosts)
        case _:
            prepare(options)


def main(words: list[str]) -> int:
    """Run one command; return the exit status. What is wrong goes to standard error as text, not as a traceback."""
    options = parser().parse_args(words)
    try:
        dispatch(options)
    except LabError as error:
        sys.stderr.write(f"lab: {error}\n")
        return 1
    return 0

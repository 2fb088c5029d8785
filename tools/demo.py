# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Build the lab, provision one of its hosts with site.yml, and show what came of it."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SYSTEMS = {"pydotorg": "172.30.213.11", "placement": "172.30.213.12"}


def run(title: str, command: Sequence[str], **environment: str) -> None:
    """Run one step with its output shown. Raises SystemExit with the step's own code when it fails."""
    sys.stdout.write(f"\n== {title}: {' '.join(command)}\n")
    sys.stdout.flush()
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def get(address: str, host: str, path: str) -> tuple[int, str]:
    """Return status and body of an HTTPS request to an address under a public name.

    The lab's certificates are self-signed, and whom one was issued by is not what is shown here.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(host, timeout=20)
    connection.sock = context.wrap_socket(socket.create_connection((address, 443), 20), server_hostname=host)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(300).decode().strip()
    finally:
        connection.close()


def answers(plan: dict[str, Any], address: str) -> list[str]:
    """Return a line for each public host: what it was asked and what it said."""
    lines = []
    for server in plan["edge"]["servers"]:
        path = next((each["quiet_path"] for each in server["locations"] if each["quiet_path"]), "/")
        status, body = get(address, server["host"], path)
        lines.append(f"  https://{server['host']}{path}  {status}  {body}")
    return lines


def main() -> None:
    """Provision, then tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system", choices=sorted(SYSTEMS))
    system = parser.parse_args().system
    started = time.monotonic()
    address, host = SYSTEMS[system], f"demo-{system}"
    plan_file = ROOT / "build" / "demo" / f"{system}.json"
    plan_file.parent.mkdir(parents=True, exist_ok=True)
    run("Lab", [sys.executable, "-m", "lab", "up", host], PYTHONPATH=str(ROOT / "tests"))
    playbook = ["ansible-playbook", "site.yml", "-i", "inventories/demo", "--limit", system]
    run("Provision", [*playbook, "-e", f"preflight_plan_file={plan_file}", "-e", "preflight_show=false"])
    plan = json.loads(plan_file.read_text(encoding="utf-8"))
    first = plan["edge"]["servers"][0]["host"]
    names = " ".join(server["host"] for server in plan["edge"]["servers"])
    ssh = f"ssh -i .cache/lab/id_ed25519 -o UserKnownHostsFile=.cache/lab/known_hosts root@{address}"
    lines = [
        "",
        plan["brief"],
        "",
        "It answers:",
        *answers(plan, address),
        "",
        "Look for yourself:",
        f"  curl --insecure --resolve {first}:443:{address} https://{first}/health",
        f"  in a browser on this machine, with this line in /etc/hosts: {address} {names}",
        f"  {ssh}",
        "  ansible-playbook playbooks/verify.yml -i inventories/demo --limit " + system,
        "",
        f"Done in {time.monotonic() - started:.0f} s. Run it again: it changes nothing. `make clean` removes it all.",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Power over the host that is refused until it is accepted: one row each."""

from __future__ import annotations

from tests.unit.refusal_cases import Case, R, worker

S = "compose.services.worker"
RISKS: dict[str, Case] = {
    "privileged": Case(
        path=f"{S}.privileged",
        said=f"{R}.services.worker.risks: {{privileged:",
        compose=worker("    privileged: true"),
    ),
    "the engine's socket": Case(
        path=f"{S}.volumes",
        said="docker-socket",
        compose=worker("    volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']"),
    ),
    "a directory with the engine's socket": Case(
        path=f"{S}.volumes", said="docker-socket", compose=worker("    volumes: ['/run:/host/run:ro']")
    ),
    "a capability that is root": Case(
        path=f"{S}.cap_add", said="root-capabilities", compose=worker("    cap_add: [CAP_SYS_ADMIN]")
    ),
    "a risk that nobody knows": Case(
        path=f"{R}.services.worker.risks",
        said="did you mean 'privileged'?",
        stack={"services": {"worker": {"risks": {"priviledged": "it sets up the network"}}}},
    ),
    "a risk without a reason": Case(
        path=f"{R}.services.worker.risks.privileged",
        said="the reason why it is needed",
        stack={"services": {"worker": {"risks": {"privileged": " "}}}},
    ),
}

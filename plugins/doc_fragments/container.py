# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""How modules that look into a running container are told which one."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment holdfast.host.container."""

    DOCUMENTATION = r"""
options:
  container:
    description: Name or ID of the container. Either this or O(project) and O(service).
    type: str
  project:
    description: Name of the Compose project. Needs O(service).
    type: str
  service:
    description: Name of the Compose service within O(project). It must have one running container.
    type: str
"""

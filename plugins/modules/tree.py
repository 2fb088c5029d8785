# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Documentation of the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: tree
short_description: Render a role's whole templates directory onto the host in one task
version_added: "1.0.0"
author: the Holdfast contributors (@holdfast)
description:
  - Renders every file below the role's C(templates) directory, which mirrors the target's paths.
    C(templates/etc/x/y.conf)
    becomes C(/etc/x/y.conf). A C(.j2) suffix is dropped.
  - All of it is sent in one call of M(holdfast.host.files), with everything that module promises.
  - Templates see what they would see in M(ansible.builtin.template), the variables of the task included, and
    C(tree_path), their path on the host below O(root).
  - A template that renders to nothing but whitespace means that the file must be absent, so a switch inside the
    template removes the file.
extends_documentation_fragment:
  - holdfast.host.attributes
attributes:
  check_mode:
    support: full
    details: Validators do not run in check mode, for their programs may come with packages that are not there yet.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  src:
    description: The directory to render, looked for as M(ansible.builtin.template) looks for its source.
      The default is the C(templates) directory of the role.
    type: path
  root:
    description: The directory on the host that the tree is laid under.
    type: path
    default: /
  owner:
    description: Owner of the files, and of directories that are made.
    type: str
    default: root
  group:
    description: Group of the files, and of directories that are made.
    type: str
    default: root
  mode:
    description: Octal mode of the files, as text.
    type: str
    default: "0644"
  directory_mode:
    description: Octal mode of directories that are made. Directories that exist are left as they are.
    type: str
    default: "0755"
  modes:
    description:
      - Exceptions. The first entry whose O(modes[].path) matches the path on the host decides. What it does not say
        is taken from the defaults.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Shell pattern of the path on the host. C(*) also matches C(/).
        type: str
        required: true
      mode:
        description: Octal mode, as text.
        type: str
      owner:
        description: Owner.
        type: str
      group:
        description: Group.
        type: str
  files:
    description: Further files, as the option of the same name of M(holdfast.host.files).
    type: list
    elements: dict
    default: []
  directories:
    description: Directories to enforce beside the rendered files, as the option of the same name of
      M(holdfast.host.files).
    type: list
    elements: dict
    default: []
  validate:
    description: Commands by path on the host (or shell pattern). See C(validate) of M(holdfast.host.files).
    type: dict
    default: {}
  absent:
    description: Further paths on the host that must not exist. O(root) is not put before them.
    type: list
    elements: path
    default: []
  only:
    description: Shell patterns of paths on the host. With any given, only what matches one is rendered.
    type: list
    elements: str
    default: []
  exclude:
    description: Shell patterns of paths on the host that are not rendered, such as files of macros.
    type: list
    elements: str
    default: []
  remember:
    description: A word under which what lay there before is kept, as the option of the same name of
      M(holdfast.host.files).
    type: str
    default: ""
seealso:
  - module: holdfast.host.files
"""

EXAMPLES = r"""
- name: Render the configuration
  holdfast.host.tree:
    directory_mode: "0750"
    modes:
      - path: /etc/sudoers.d/*
        mode: "0440"
      - path: /usr/local/sbin/*
        mode: "0755"
    validate:
      /etc/sudoers.d/*: visudo -cf %s
    absent:
      - /etc/holdfast/legacy.conf
  register: __edge_tree

- name: Render a second tree for one instance
  holdfast.host.tree:
    src: instance
    root: "/srv/{{ item }}"
  vars:
    instance_name: "{{ item }}"
  loop: [blue, green]
"""

RETURN = r"""
paths:
  description: The paths that changed or would change.
  type: list
  elements: str
  returned: success
  sample: [/etc/nginx/nginx.conf]
hashes:
  description:
    - SHA-256 of the wanted text of every rendered file, changed or not, by path on the host. Files that rendered to
      nothing are left out.
    - Compare it with what the running program has loaded to decide a restart from state.
  type: dict
  returned: success
  sample: {/etc/nginx/nginx.conf: 6b9b1c6b0d0f5f8d3e4f0b8f6c1b7e1c7c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f}
"""

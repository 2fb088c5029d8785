# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The options of every module that writes files; module_utils/files_spec.py has them as Ansible checks them."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment holdfast.host.files."""

    DOCUMENTATION = r"""
options:
  files:
    description: The files to write.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Absolute path of the file.
        type: path
        required: true
      content:
        description:
          - The whole text, written as UTF-8. Never a secret.
          - Without it and without C(rows) only mode and owner are enforced, and a file that is not there is left so.
        type: str
      rows:
        description:
          - Instead of C(content), settings in a file of somebody else's, whose other lines, mode and owner stay.
            Every line that sets a name is replaced by one in the place of the first; what is not set yet is added at
            the end. A file that is not there is left so.
        type: list
        elements: dict
        suboptions:
          name:
            description: What is set.
            type: str
            required: true
          value:
            description: To what.
            type: str
            required: true
          reason:
            description: Why; not written.
            type: str
      reason:
        description: Why the entry is there; not used.
        type: str
      separator:
        description: What stands between name and value of C(rows).
        type: str
        default: " "
      between:
        description: A regular expression of all that may stand between name and value, where that is more.
        type: str
        default: ""
      until:
        description:
          - A regular expression of the line from which on settings hold for some alone, as C(Match) of sshd. Lines from
            there on are not looked at, and new ones go before it.
        type: str
        default: ""
      keep:
        description: A regular expression of an owner's own line. Where there is one, it stays, and C(rows) adds none.
        type: str
        default: ""
      ignore_case:
        description: Whether names of C(rows) are the same in capitals and in small letters.
        type: bool
        default: false
      mode:
        description: Octal mode as text.
        type: str
        default: "0644"
      owner:
        description: Name or number of the owner.
        type: str
        default: root
      group:
        description: Name or number of the group.
        type: str
        default: root
      validate:
        description:
          - A command that must exit 0 before the file is replaced. C(%s) in it is the path of the new text, which lies
            in a private directory under the file's own name.
          - It runs without a shell, and only where the text changes.
        type: str
  directories:
    description: Directories whose existence, mode and ownership are enforced.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Absolute path of the directory.
        type: path
        required: true
      mode:
        description: Octal mode as text.
        type: str
        default: "0755"
      owner:
        description: Name or number of the owner.
        type: str
        default: root
      group:
        description: Name or number of the group.
        type: str
        default: root
  remember:
    description:
      - "A word. What lies at each path of O(files) is noted under it before the first change, in
        C(/var/lib/holdfast/former). A path, or a setting of C(rows), that a later call with the same word does not name
        any more is given back as it was: a file gets its former text, mode and owner, or goes where there was none."
      - What somebody else has changed since is left as it is, with a warning. Paths of O(absent) are not given back.
      - "Empty: nothing is noted."
    type: str
    default: ""
  parents:
    description: How parent directories are made where they are missing.
    type: dict
    default: {}
    suboptions:
      mode:
        description: Octal mode as text.
        type: str
        default: "0755"
      owner:
        description: Name or number of the owner.
        type: str
        default: root
      group:
        description: Name or number of the group.
        type: str
        default: root
  absent:
    description:
      - Paths that must not exist. Files and links are removed, and directories once they are empty.
      - A directory that holds something else fails the run before anything is changed.
    type: list
    elements: path
    default: []
"""

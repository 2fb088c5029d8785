#!/bin/sh
# Print the path of a Python that can run the controller (3.12 or later), or say what to install and exit 1.
# A name on PATH is not enough: the shims of pyenv answer 127 for versions that are not selected, so each is run.
set -eu

suits() {
    "$1" -c 'import sys, venv, ensurepip; raise SystemExit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

# Newest first, but only releases that ansible-core 2.21 supports on a controller.
for version in 3.14 3.13 3.12; do
    for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
        if suits "$candidate"; then
            command -v "$candidate"
            exit 0
        fi
    done
done
if suits python3; then
    command -v python3
    exit 0
fi

cat >&2 <<'MESSAGE'
No Python 3.12 or later (with its venv module) was found: neither as python3.14, python3.13, python3.12 or python3 on
PATH nor under ~/.pyenv/versions. Install one and run make again, for example:

    apt-get install python3 python3-venv       (Debian 13, Ubuntu 24.04 and later)
    uv python install 3.13 && export PATH="$(dirname "$(uv python find 3.13)"):$PATH"
    pyenv install 3.13
MESSAGE
exit 1

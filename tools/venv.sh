#!/bin/sh
# Make or refresh the Python environment: tools/venv.sh DIRECTORY LOCK. Every file is checked against the lock's hashes.
set -eu

directory=$1
lock=$2
python=$directory/bin/python

if ! "$python" -c '' 2>/dev/null; then
    found=$("$(dirname "$0")/find_python.sh")
    echo "Making $directory with $found"
    "$found" -m venv --clear "$directory"
fi

uv=$(command -v uv || echo "$directory/bin/uv")
if ! "$uv" --version >/dev/null 2>&1; then
    # Only uv's own entry of the lock, so that pip checks its hash as well.
    wanted=$(mktemp)
    trap 'rm -f "$wanted"' EXIT
    awk '/^[^ #]/ { wanted = /^uv==/ } wanted' "$lock" >"$wanted"
    "$python" -m pip install --quiet --require-hashes --requirement "$wanted"
    uv=$directory/bin/uv
fi

if ! "$uv" pip install --quiet --python "$python" --require-hashes --requirement "$lock"; then
    # uv does not read pip's configuration, where a machine may have its own package mirror.
    echo "uv could not install the lock; trying pip, which is slower"
    "$python" -m pip install --quiet --require-hashes --requirement "$lock"
fi
# uv leaves no bytecode, and a machine may forbid programs to write their own: each process would compile Ansible anew,
# two or three seconds of a run. The collections beside it are three times its size, and are compiled as they are used.
packages=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$python" -m compileall -q -j 0 -x ansible_collections "$packages"

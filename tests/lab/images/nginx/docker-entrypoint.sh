#!/bin/sh
# Runs the scripts in /docker-entrypoint.d, then what was asked for.
set -eu
for script in /docker-entrypoint.d/*.sh; do
    if [ -x "$script" ]; then "$script"; fi
done
exec "$@"

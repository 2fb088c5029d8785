#!/usr/bin/env bash
# Options or a configuration file alone mean the server; the server does not run as root.
set -euo pipefail

if [[ ${1:0:1} == - || $1 == *.conf ]]; then set -- valkey-server "$@"; fi

if [[ $1 == valkey-server && $(id -u) == 0 ]]; then
    find . \! -user valkey -exec chown valkey '{}' +
    exec setpriv --reuid=valkey --regid=valkey --init-groups "$0" "$@"
fi

if [[ $1 == valkey-server ]]; then
    umask 0077
    # The official build answers other containers by default; Debian's refuses them until protected-mode is off.
    configuration=""
    if [[ ${2:-} == *.conf ]]; then configuration=$(<"$2"); fi
    if ! grep -qE '^[[:space:]]*protected-mode' <<<"$configuration" && [[ " $* " != *" --protected-mode "* ]]; then
        set -- "$@" --protected-mode no
    fi
fi

exec "$@"

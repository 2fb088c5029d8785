#!/usr/bin/env bash
# Options or a configuration file alone mean the server; the server does not run as root.
set -euo pipefail

server=$(readlink /usr/local/bin/store-server)
server=${server##*/}
if [[ ${1:0:1} == - || $1 == *.conf ]]; then set -- "$server" "$@"; fi
if [[ $1 == store-server ]]; then set -- "$server" "${@:2}"; fi

if [[ $1 == "$server" && $(id -u) == 0 ]]; then
    user=${server%-server}
    find . \! -user "$user" -exec chown "$user" '{}' +
    exec setpriv --reuid="$user" --regid="$user" --init-groups "$0" "$@"
fi

if [[ $1 == "$server" ]]; then
    umask 0077
    # The official build answers other containers by default; Debian's refuses them until protected-mode is off.
    configuration=""
    if [[ ${2:-} == *.conf ]]; then configuration=$(<"$2"); fi
    if ! grep -qE '^[[:space:]]*protected-mode' <<<"$configuration" && [[ " $* " != *" --protected-mode "* ]]; then
        set -- "$@" --protected-mode no
    fi
fi

exec "$@"

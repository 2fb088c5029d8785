#!/usr/bin/env bash
# Makes a cluster on an empty volume, then becomes the server. Keeps the official image's order of steps:
# settings and *_FILE secrets are read by the user the container starts as, then root is given up, then initdb runs.
set -euo pipefail

# Sets $1 from the variable of that name, from the file that $1_FILE names, or to $2.
read_setting() {
    local name=$1 default=${2:-} file_name="${1}_FILE"
    if [[ -n ${!name:-} && -n ${!file_name:-} ]]; then
        echo "$name and $file_name are both set; set one" >&2
        exit 1
    fi
    if [[ -n ${!file_name:-} ]]; then
        export "$name=$(<"${!file_name}")"
    else
        export "$name=${!name:-$default}"
    fi
    unset "$file_name"
}

prepare_directories() {
    mkdir -p "$PGDATA" /var/run/postgresql
    chmod 0700 "$PGDATA"
    if [[ $(id -u) == 0 ]]; then
        chmod 3775 /var/run/postgresql
        find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
    fi
}

require_password() {
    if [[ -z $POSTGRES_PASSWORD && ${POSTGRES_HOST_AUTH_METHOD:-} != trust ]]; then
        echo "The database is not initialized and no superuser password is given." >&2
        echo "Set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE, or POSTGRES_HOST_AUTH_METHOD=trust." >&2
        exit 1
    fi
}

# Arguments: those of the server.
make_cluster() {
    local arguments=() method
    # The arguments are written as on a command line, quotes included; xargs takes them apart without running anything.
    if [[ -n $POSTGRES_INITDB_ARGS ]]; then
        mapfile -t arguments < <(xargs -n1 printf '%s\n' <<<"$POSTGRES_INITDB_ARGS")
    fi
    if [[ -n ${POSTGRES_INITDB_WALDIR:-} ]]; then arguments+=(--waldir "$POSTGRES_INITDB_WALDIR"); fi
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") "${arguments[@]}"
    method=$(postgres -C password_encryption "$@")
    printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-$method}" >> "$PGDATA/pg_hba.conf"
}

query() {
    psql --set ON_ERROR_STOP=1 --no-password --no-psqlrc --username "$POSTGRES_USER" "$@"
}

# Runs what the user put beside the image, against a server that answers on its socket only.
first_run() {
    local file options
    options=$(printf '%q ' "$@" -c listen_addresses= -p "${PGPORT:-5432}")
    export PGPASSWORD="${PGPASSWORD:-$POSTGRES_PASSWORD}"
    pg_ctl --pgdata "$PGDATA" --options "$options" --wait start
    if [[ $POSTGRES_DB != postgres ]]; then
        query --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
    fi
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh)
                echo "running $file"
                # Scripts without the execute bit are read into this shell and may use its functions, as officially.
                # shellcheck source=/dev/null
                if [[ -x $file ]]; then "$file"; else . "$file"; fi ;;
            *.sql) echo "running $file"; query --dbname "$POSTGRES_DB" --file "$file" ;;
            *.sql.gz) echo "running $file"; gunzip -c "$file" | query --dbname "$POSTGRES_DB" ;;
            *) echo "ignoring $file" ;;
        esac
    done
    pg_ctl --pgdata "$PGDATA" --mode fast --wait stop
    unset PGPASSWORD
}

wants_help() {
    local argument
    for argument; do
        case $argument in
            '-?' | --help | --describe-config | -V | --version) return 0 ;;
        esac
    done
    return 1
}

if [[ ${1:0:1} == - ]]; then set -- postgres "$@"; fi

if [[ $1 == postgres ]] && ! wants_help "$@"; then
    read_setting POSTGRES_PASSWORD
    read_setting POSTGRES_USER postgres
    read_setting POSTGRES_DB "$POSTGRES_USER"
    read_setting POSTGRES_INITDB_ARGS
    prepare_directories
    if [[ $(id -u) == 0 ]]; then
        exec setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/var/lib/postgresql "$0" "$@"
    fi
    if [[ ! -s $PGDATA/PG_VERSION ]]; then
        require_password
        make_cluster "${@:2}"
        shopt -s nullglob
        first_run "${@:2}"
        echo "PostgreSQL init process complete; ready for start up."
    else
        echo "PostgreSQL Database directory appears to contain a database; Skipping initialization"
    fi
fi

exec "$@"

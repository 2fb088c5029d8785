#
# Ansible managed
#
# Role: hardening
# shellcheck shell=dash
# others read nothing unless it is given to them
umask 027
# memory with secrets lands in no file
ulimit -c 0
# a shell that was left open ends after 15 minutes
case "$-" in *i*)
  if [ -n "${TMOUT:-}" ]; then
    : # As somebody has set it.
  elif [ -n "${BASH_VERSION:-}" ]; then
    # shellcheck disable=SC3044  # bash alone comes here
    declare -xr TMOUT=900
  else
    TMOUT=900
    readonly TMOUT
    export TMOUT
  fi
  ;;
esac

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
case "$-" in *i*) [ -n "${TMOUT:-}" ] || { TMOUT=900; readonly TMOUT; export TMOUT; } ;; esac

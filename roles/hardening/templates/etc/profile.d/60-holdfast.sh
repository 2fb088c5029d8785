{% set rows = hardening_files[tree_path] | default([]) %}
{% if rows %}
{{ ansible_managed | comment }}
# Role: hardening
# shellcheck shell=dash
{% for row in rows %}
# {{ row.reason }}
{% if row.name == 'TMOUT' %}
case "$-" in *i*)
  if [ -n "${TMOUT:-}" ]; then
    : # As somebody has set it.
  elif [ -n "${BASH_VERSION:-}" ]; then
    # shellcheck disable=SC3044  # bash alone comes here
    declare -xr TMOUT={{ row.value }}
  else
    TMOUT={{ row.value }}
    readonly TMOUT
    export TMOUT
  fi
  ;;
esac
{% else %}
{{ row.name }} {{ row.value }}
{% endif %}
{% endfor %}
{% endif %}

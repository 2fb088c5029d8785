{% set rows = hardening_files[tree_path] | default([]) %}
{% if rows %}
{{ ansible_managed | comment }}
# Role: hardening
# shellcheck shell=dash
{% for row in rows %}
# {{ row.reason }}
{% if row.name == 'TMOUT' %}
case "$-" in *i*) [ -n "${TMOUT:-}" ] || { TMOUT={{ row.value }}; readonly TMOUT; export TMOUT; } ;; esac
{% else %}
{{ row.name }} {{ row.value }}
{% endif %}
{% endfor %}
{% endif %}

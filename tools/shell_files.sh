#!/bin/sh
# Print the shell scripts that git tracks or would track: *.sh, and executables whose first line names sh or bash.
# Templates are none yet; what they render to is read among the golden files.
set -eu

git ls-files -co --exclude-standard ':!collections' ':!roles/*/templates/*' | while IFS= read -r file; do
    case $file in
        *.sh) echo "$file" ;;
        *)
            if [ -f "$file" ] && [ -x "$file" ] && head -n 1 "$file" | grep -Eqa '^#!.*[/ ](ba|da)?sh( |$)'; then
                echo "$file"
            fi
            ;;
    esac
done

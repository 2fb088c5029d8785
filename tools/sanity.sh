#!/bin/sh
# Run ansible-test sanity on a copy of the checkout: it wants ansible_collections/NAMESPACE/NAME above it and no symlink
# that leads back. The copy is a git repository of its own, so that ansible-test sees exactly what is or will be tracked.
#
# Scenarios stay out: they link to shared directories, which a built collection may not, and are not part of one.
#
# Left out, because `make lint` does the same with the project's own settings: pep8 and pylint (ruff), shellcheck,
# yamllint. pslint: there is no PowerShell here. Everything else runs.
set -eu

copy=build/ansible_collections/holdfast/host
rm -rf "$copy"
mkdir -p "$copy"
git ls-files -z -co --exclude-standard ':!collections' ':!molecule' | tar --null --files-from=- --create --file=- |
    tar --extract --file=- --directory="$copy"
cd "$copy"
git init --quiet .
git add --all

# The Pythons that modules are compiled and imported with: those of this machine that ansible-core knows as a target's.
for version in 3.10 3.11 3.12 3.13 3.14; do
    for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
        if "$candidate" -c '' 2>/dev/null; then
            PATH=$PATH:$(dirname "$(command -v "$candidate")")
            break
        fi
    done
done
export PATH

# ansible-test fetches a script that installs pip into its environments from a server of its own, but takes one that is in
# its cache already (25.2 is what ansible-core 2.21 asks for). This one installs the pip that comes with Python instead.
# The cache lies in a home of its own, which sees the user's configuration, pip's included.
home=$OLDPWD/build/sanity-home
mkdir -p "$home/.ansible/test/cache"
if [ -d "$HOME/.config" ]; then
    ln -sfn "$HOME/.config" "$home/.config"
fi
printf 'import ensurepip\nensurepip.bootstrap()\n' >"$home/.ansible/test/cache/get_pip_25_2.py"

HOME=$home ansible-test sanity --color no \
    --skip-test pep8 --skip-test pylint --skip-test shellcheck --skip-test yamllint --skip-test pslint "$@"

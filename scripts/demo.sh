#!/usr/bin/env bash
# Builds and starts the whole demo: Countersign, its applications, and a mail catcher. Ctrl-C stops it.
# Arguments go to `countersign demo`: --data DIR, --phase P, --seed-users N.
set -euo pipefail
cd "$(dirname "$0")/.."
./scripts/setup.sh demo
cargo build --quiet --package countersign
exec "${CARGO_TARGET_DIR:-target}/debug/countersign" demo "$@"

#!/usr/bin/env bash
# Every test: rules, contracts, conversations, shape, then the real parts. Arguments go to pytest.
# What needs something that this machine lacks says so and is skipped; SOLO_TEST_STRICT=1 forbids it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/find_python.sh
exec "$PYTHON" scripts/bootstrap.py test "$@"

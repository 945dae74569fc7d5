#!/usr/bin/env bash
# Set up for work on Solo: environment, locked dependencies and tools, pre-commit.
#   ./scripts/setup_dev.sh [--extra hotkey|uvloop|llama-cpp|transformers|gpu] [--python PATH]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/find_python.sh
exec "$PYTHON" scripts/bootstrap.py dev "$@"

#!/usr/bin/env bash
# Everything from nothing, then Solo: environment, dependencies, models, assistant.
#   ./scripts/run_agent.sh [--demo] [--gpu] [--llama-cpp] [options of `solo run`]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/find_python.sh
exec "$PYTHON" scripts/bootstrap.py run "$@"

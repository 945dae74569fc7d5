#!/usr/bin/env bash
# Take away what setup_dev and run_agent made: environment, caches, git hook.
#   ./scripts/cleanup_dev.sh [--models]   (also the pulled models; your data stays)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/find_python.sh
exec "$PYTHON" scripts/bootstrap.py clean "$@"

#!/usr/bin/env bash
# Write requirements/*.txt anew; --upgrade takes the newest versions.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python scripts/lock.py "$@"

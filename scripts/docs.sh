#!/usr/bin/env bash
# Write .env.example, docs/reference.md and docs/licences.md anew; --check only looks.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python -m scripts.docs "$@"

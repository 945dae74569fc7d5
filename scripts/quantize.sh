#!/usr/bin/env bash
# Write a model with fewer bits a number: ./scripts/quantize.sh IN [OUT] [--type Q4_K_M]
# Needs llama-cpp-python: ./scripts/setup_dev.sh --extra llama-cpp
set -euo pipefail
exec "$(dirname "$0")/../.venv/bin/python" -m app models quantize "$@"

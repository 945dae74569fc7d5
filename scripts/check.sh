#!/usr/bin/env bash
# The quality checks; one by name (ruff, format, types, imports, generated), or all of them.
set -euo pipefail
cd "$(dirname "$0")/.."
BIN=.venv/bin
[ -d "$BIN" ] || BIN=.venv/Scripts
for part in "${@:-all}"; do
  case "$part" in ruff | all) "$BIN/ruff" check app scripts tests ;; esac
  case "$part" in format | all) "$BIN/ruff" format --check app scripts tests ;; esac
  case "$part" in types | all) "$BIN/pyright" ;; esac
  case "$part" in imports | all) "$BIN/lint-imports" --no-logo ;; esac
  case "$part" in generated | all) "$BIN/python" -m scripts.docs --check ;; esac
done

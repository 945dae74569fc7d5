# Sourced by the other scripts: puts a Python that can run bootstrap.py (3.8 or newer) into $PYTHON.
for PYTHON in python3.12 python3.11 python3 python ""; do
  if [ -n "$PYTHON" ] && "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; then
    break
  fi
done
if [ -z "$PYTHON" ] && command -v uv >/dev/null 2>&1; then
  PYTHON="$(uv python find '>=3.8' 2>/dev/null || { uv python install 3.12 >&2 && uv python find 3.12; })" || PYTHON=""
fi
if [ -z "$PYTHON" ]; then
  echo "Solo needs Python 3.11 or 3.12, and there is no Python here at all." >&2
  echo "Install one (Debian: apt-get install python3 python3-venv; macOS: brew install python@3.12), or uv." >&2
  exit 3
fi

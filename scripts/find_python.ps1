# Dot-sourced by the other scripts: puts a Python that can run bootstrap.py (3.8 or newer) into $Python.
$Python = $null
foreach ($name in 'python3.12', 'python3.11', 'python', 'python3', 'py') {
    if (-not (Get-Command $name -ErrorAction SilentlyContinue)) {
        continue
    }
    & $name -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>$null
    if ($LASTEXITCODE -eq 0) {
        $Python = $name
        break
    }
}
if (-not $Python -and (Get-Command uv -ErrorAction SilentlyContinue)) {
    uv python install 3.12
    $Python = uv python find 3.12
}
if (-not $Python) {
    Write-Error 'Solo needs Python 3.11 or 3.12. Install one (winget install Python.Python.3.12) or uv, and start again.'
    exit 3
}

# Everything from nothing, then Solo: .\scripts\run_agent.ps1 [--demo] [--gpu] [--llama-cpp] [options of `solo run`]
$ErrorActionPreference = 'Stop'
Push-Location (Join-Path $PSScriptRoot '..')
try {
    . (Join-Path $PSScriptRoot 'find_python.ps1')
    & $Python scripts/bootstrap.py run @args
}
finally {
    Pop-Location
}
exit $LASTEXITCODE
